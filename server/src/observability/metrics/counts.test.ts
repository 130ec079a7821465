import {
  type ClientFrame,
  closeCodes,
  decodeServerFrame,
  decodeYWebsocketFrame,
  encodeHocuspocusFrame,
  encodePresence,
  encodeYWebsocketFrame,
  parseAddress,
  type YWebsocketClientFrame,
} from '@quire/protocol';
import { type FrameSocket, joinWithHocuspocus, openFrameSocket, until } from '@quire/testing';
import { afterEach, describe, expect, it, vi } from 'vitest';
import * as Y from 'yjs';
import type { Scrape } from '../../cli/top/exposition.ts';
import { createClusterStage } from '../../testing/cluster-stage.ts';
import { EMPTY_UPDATE, EMPTY_VECTOR, keystrokes } from '../../testing/gateway-stage.ts';
import { type MeasuredServer, readSeries, startMeasuredServer } from '../../testing/measured-server.ts';
import { CollabMeters } from './collab-meters.ts';
import { type DialectName, receivedKinds, sentKinds } from './label-values.ts';

const ends: (() => unknown)[] = [];
const nodes = createClusterStage();
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end();
  await nodes.close();
});

async function start(...parameters: Parameters<typeof startMeasuredServer>): Promise<MeasuredServer> {
  const measured = await startMeasuredServer(...parameters);
  ends.push(() => measured.close());
  return measured;
}

const MIB = 1024 * 1024;
const name = 'plan';

interface Count {
  readonly frames: number;
  readonly bytes: number;
}

/** How many there were of each kind; a kind that is not there has none. */
class Counts {
  readonly #byKind = new Map<string, Count>();

  of(kind: string): Count {
    return this.#byKind.get(kind) ?? { frames: 0, bytes: 0 };
  }

  add(kind: string, more: Count): void {
    const { frames, bytes } = this.of(kind);
    this.#byKind.set(kind, { frames: frames + more.frames, bytes: bytes + more.bytes });
  }

  take(kind: string, { frames, bytes }: Count): void {
    this.add(kind, { frames: -frames, bytes: -bytes });
  }

  ofAll(kinds: readonly string[]): Readonly<Record<string, Count>> {
    return Object.fromEntries(kinds.map((kind) => [kind, this.of(kind)]));
  }

  static together(...all: readonly Counts[]): Counts {
    const sum = new Counts();
    for (const counts of all) for (const [kind, count] of counts.#byKind) sum.add(kind, count);
    return sum;
  }
}

interface Way {
  readonly path: string;
  encode(frame: ClientFrame): Uint8Array;
  kindOf(heard: Uint8Array): string;
}

const ways: Readonly<Record<DialectName, Way>> = {
  hocuspocus: {
    path: '/collab',
    encode: (frame) => encodeHocuspocusFrame(parseAddress(name).raw, frame),
    kindOf: (heard) => decodeServerFrame(heard).frame.kind,
  },
  'y-websocket': {
    path: `/yjs/${name}`,
    encode: (frame) => encodeYWebsocketFrame(frame as YWebsocketClientFrame),
    kindOf: (heard) => decodeYWebsocketFrame(heard).kind, // clients and servers say the same things
  },
};

/** Somebody without a provider, who counts by themselves. */
class Client {
  readonly socket: FrameSocket;
  readonly sent = new Counts();
  readonly #dialect: DialectName;

  constructor(dialect: DialectName, socket: FrameSocket) {
    this.#dialect = dialect;
    this.socket = socket;
  }

  say(frame: ClientFrame): void {
    const bytes = ways[this.#dialect].encode(frame);
    this.sent.add(frame.kind, { frames: 1, bytes: bytes.length });
    this.socket.send(bytes);
  }

  /** Says who it is where that is said, and goes through the handshake with empty hands. @param early sent before its step 2 */
  join(early: readonly ClientFrame[] = []): void {
    if (this.#dialect === 'hocuspocus') this.say({ kind: 'token', token: '', providerVersion: null });
    this.say({ kind: 'step-1', stateVector: EMPTY_VECTOR });
    for (const frame of early) this.say(frame);
    this.say({ kind: 'step-2', update: EMPTY_UPDATE });
  }

  get heard(): Counts {
    const heard = new Counts();
    for (const frame of this.socket.frames) {
      heard.add(ways[this.#dialect].kindOf(frame), { frames: 1, bytes: frame.length });
    }
    if (this.#dialect === 'hocuspocus') return heard;
    // Each of its own updates comes back as it was sent, beside what everybody is told.
    heard.add('echo', this.sent.of('update'));
    heard.take('update', this.sent.of('update'));
    return heard;
  }

  hears(kind: string, frames: number): Promise<unknown> {
    return until(() => this.heard.of(kind).frames >= frames, {
      what: () => `${this.#dialect} hears ${frames} ${kind}`,
    });
  }

  async leave(): Promise<void> {
    if (this.#dialect === 'hocuspocus') this.say({ kind: 'close' });
    this.socket.close();
    await this.socket.closed;
  }
}

async function open({ wsUrl }: MeasuredServer, dialect: DialectName): Promise<Client> {
  const socket = await openFrameSocket(`${wsUrl}${ways[dialect].path}`);
  ends.push(() => socket.terminate());
  return new Client(dialect, socket);
}

/** What the server says that it received, or sent. */
function readCounts(
  scrape: Scrape,
  way: 'received' | 'sent',
  kinds: readonly string[],
): Readonly<Record<string, Count>> {
  return Object.fromEntries(
    kinds.map((kind) => [
      kind,
      {
        frames: readSeries(scrape, `quire_${way}_frames_total{kind="${kind}"}`),
        bytes: readSeries(scrape, `quire_${way}_bytes_total{kind="${kind}"}`),
      },
    ]),
  );
}

function sumOf(counts: Readonly<Record<string, Count>>): Count {
  const sum = new Counts();
  for (const count of Object.values(counts)) sum.add('all', count);
  return sum.of('all');
}

/** As its histogram has them. */
const readSizes = (scrape: Scrape, way: 'received' | 'sent'): Count => ({
  frames: readSeries(scrape, `quire_${way}_frame_bytes`),
  bytes: scrape.samples.get(`quire_${way}_frame_bytes_sum`)?.[0]?.value ?? 0,
});

const readReceipts = (scrape: Scrape): readonly number[] => [
  readSeries(scrape, 'quire_receipts_total{dialect="hocuspocus"}'),
  readSeries(scrape, 'quire_receipts_total{dialect="y-websocket"}'),
  readSeries(scrape, 'quire_receipt_latency_seconds'),
];

const readEdits = (scrape: Scrape): readonly number[] =>
  ['update', 'step-2', 'server'].map((source) => readSeries(scrape, `quire_edits_total{source="${source}"}`));

const EDITS = 20;
const clientId = 7;

describe('what somebody does is counted right', () => {
  it.each<{ dialect: DialectName; other: DialectName; receipts: readonly number[] }>([
    // One for each edit and what is sent again, and one for each step 2, of which the other dialect echoes none.
    { dialect: 'hocuspocus', other: 'y-websocket', receipts: [EDITS + 2, 0, EDITS + 2] },
    { dialect: 'y-websocket', other: 'hocuspocus', receipts: [1, EDITS + 1, EDITS + 2] },
  ])('in the dialect $dialect, while somebody listens in the dialect $other', async ({ dialect, other, receipts }) => {
    const measured = await start();
    const listener = await open(measured, other);
    listener.join();
    await listener.hears('step-2', 1);

    const writer = await open(measured, dialect);
    const edits = keystrokes(EDITS).map((update): ClientFrame => ({ kind: 'update', update }));
    writer.join(edits.slice(0, 2)); // as somebody who types before the server has answered
    for (const edit of edits.slice(2)) writer.say(edit);
    await vi.waitFor(async () => expect(readEdits(await measured.scrape())).toEqual([EDITS, 0, 0]));
    writer.say(edits.at(-1) ?? (edits[0] as ClientFrame)); // again, as after a moment without network
    writer.say({ kind: 'presence', presence: encodePresence([{ clientId, clock: 1, state: '{"user":{}}' }]) });
    await listener.hears('presence', 1);
    const here = await measured.scrape();
    writer.say({ kind: 'presence', presence: encodePresence([{ clientId, clock: 2, state: 'null' }]) });
    await listener.hears('presence', 2);
    await writer.leave();
    await listener.leave();

    const [sent, heard] = [Counts.together(writer.sent, listener.sent), Counts.together(writer.heard, listener.heard)];
    await vi.waitFor(async () => expect(readSeries(await measured.scrape(), 'quire_sessions')).toBe(0));
    const scrape = await measured.scrape();
    const received = readCounts(scrape, 'received', receivedKinds);
    expect(received).toEqual(sent.ofAll(receivedKinds));
    expect(received).toMatchObject({ update: { frames: EDITS + 1 }, 'step-2': { frames: 2 }, presence: { frames: 2 } });
    expect(readSizes(scrape, 'received')).toEqual(sumOf(received));
    const told = readCounts(scrape, 'sent', sentKinds);
    expect(told).toEqual(heard.ofAll(sentKinds));
    expect(told).toMatchObject({ 'step-2': { frames: 2 }, refusal: { frames: 0 } });
    expect(readSizes(scrape, 'sent')).toEqual(sumOf(told));
    expect(readEdits(scrape)).toEqual([EDITS, 0, 0]);
    expect(readReceipts(scrape)).toEqual(receipts);
    for (const each of [dialect, other]) {
      expect(readSeries(here, `quire_sessions{dialect="${each}"}`)).toBe(1);
      expect(readSeries(here, `quire_document_connections{dialect="${each}"}`)).toBe(1);
      expect(readSeries(scrape, `quire_sessions_opened_total{dialect="${each}"}`)).toBe(1);
    }
    expect(readSeries(here, 'quire_presence_people')).toBe(1);
    expect(readSeries(scrape, 'quire_document_connections')).toBe(0);
    expect(readSeries(scrape, 'quire_sessions_closed_total')).toBe(2);
    expect(readSeries(scrape, 'quire_sessions_closed_total{code="client-done"}')).toBe(2);
  });

  it('receipts that wait for a socket that is behind are each counted, and timed, once', async () => {
    const measured = await start({ limits: { maxRingBytesPerDocument: 64 * MIB } });
    const slow = await open(measured, 'hocuspocus');
    slow.join();
    await slow.hears('receipt', 1);
    slow.socket.pause();
    const ada = joinWithHocuspocus(measured.wsUrl, name);
    ends.push(() => ada.leave());
    const isBehind = async (): Promise<boolean> => readSeries(await measured.scrape(), 'quire_behind_sessions') === 1;
    for (let part = 0; !(await isBehind()); part += 1) {
      ada.doc.getMap('blobs').set(String(part), 'x'.repeat(MIB)); // what the system takes for who does not read has an end
      await until(() => !ada.provider.hasUnsyncedChanges, { what: 'what Ada wrote is saved' });
    }
    for (const update of keystrokes(EDITS)) slow.say({ kind: 'update', update });
    await until(() => ada.doc.getText('body').length === EDITS, { what: 'Ada has all of it' });
    slow.socket.resume();
    await slow.hears('receipt', EDITS + 1);
    const [receipts, none, timed] = readReceipts(await measured.scrape());
    expect(none).toBe(0);
    expect(timed).toBe(receipts);
  });
});

describe('what is no edit is not counted as one', () => {
  it('what a client says in its step 2 once more, before the first time is in the document', async () => {
    const measured = await start();
    const ada = await open(measured, 'hocuspocus');
    const edits = keystrokes(EDITS);
    ada.say({ kind: 'token', token: '', providerVersion: null });
    ada.say({ kind: 'step-1', stateVector: EMPTY_VECTOR });
    for (const update of edits) ada.say({ kind: 'update', update });
    ada.say({ kind: 'step-2', update: Y.mergeUpdates([...edits]) });
    await ada.hears('receipt', EDITS + 1);
    expect(readEdits(await measured.scrape())).toEqual([EDITS, 0, 0]);
  });

  it('an entry that is written for the title alone', async () => {
    const measured = await start();
    const ada = joinWithHocuspocus(measured.wsUrl, name);
    ends.push(() => ada.leave());
    // Until its step 2 has its receipt, what it writes may go along in it, and count as that.
    await until(() => ada.provider.isSynced && !ada.provider.hasUnsyncedChanges, { what: 'the handshake is over' });
    ada.doc.getMap('meta').set('title', 'Plan');
    await vi.waitFor(async () => {
      const { documents } = await measured.server.documents.list();
      expect(documents).toMatchObject([{ name, title: 'Plan' }]);
    });
    const scrape = await measured.scrape();
    expect(readSeries(scrape, 'quire_journal_batch_entries')).toBe(2);
    expect(readEdits(scrape)).toEqual([1, 0, 0]);
  });

  it('what broke on its way into the document, and is read anew', async () => {
    const meters = new CollabMeters();
    const node = nodes.startNode({
      meters,
      extensions: [
        {
          afterLoadDocument: async ({ document }) => {
            const body = document.getText('body');
            body.observe(() => {
              if (body.toString().includes('!')) throw new Error('an observer that fails');
            });
          },
        },
      ],
    });
    const ada = await nodes.enterWhole(node, name);
    ada.type('a');
    await until(() => ada.read().receipts === 2, { what: 'saved' });
    ada.type('!');
    await until(() => ada.closedWith !== null, { what: 'put out' });
    expect([ada.closedWith, meters.edits.values.update, meters.flushEdits.count]).toEqual([
      closeCodes.loadFailed,
      1,
      1,
    ]);
  });
});
