import { syncTypes, yWebsocketTypes } from '@quire/protocol';
import { openRawWebSocket } from '../../raw-web-socket.ts';
import type { Check } from '../check.ts';
import { CheckFailure } from '../failure.ts';
import type { Participant } from '../participant.ts';
import type { Stage } from '../stage.ts';
import { insert, updateWith } from './body.ts';

interface BadFrame {
  readonly id: string;
  readonly title: string;
  /** In words, after "eve sends". */
  readonly what: string;
  send(eve: Participant): void;
}

const { sync } = yWebsocketTypes;
/** 2^35 − 1 in lib0’s encoding. */
const THIRTY_TWO_GIGABYTES = [255, 255, 255, 255, 127] as const;
const UNKNOWN_TYPE = 42;

const badFrames: readonly BadFrame[] = [
  {
    id: 'truncated-frame',
    title: 'Who sends a frame that is cut off is put out, and nobody else',
    what: 'an update without its last three bytes',
    send: (eve) => {
      const update = updateWith('cut off');
      eve.sayRaw(sync, syncTypes.update, update.length, ...update.slice(0, -3));
    },
  },
  {
    id: 'huge-length',
    title: 'Who promises more bytes than come is put out, and nobody else',
    what: 'an update that says of itself that it has 32 GB',
    send: (eve) => eve.sayRaw(sync, syncTypes.update, ...THIRTY_TWO_GIGABYTES),
  },
  {
    id: 'bad-update',
    title: 'Who sends an update that is none is put out, and nobody else',
    what: 'a whole frame with an update that Yjs can’t read',
    send: (eve) => eve.sayRaw(sync, syncTypes.update, 4, 9, 9, 9, 9),
  },
  {
    id: 'noise',
    title: 'Who sends bytes that are no frame is put out, and nobody else',
    what: 'five bytes of noise',
    send: (eve) => eve.line.socket.send(Uint8Array.of(255, 254, 253, 252, 251)),
  },
  {
    id: 'text-frame',
    title: 'Who sends a text is put out, and nobody else',
    what: 'a WebSocket text message; both dialects are binary',
    send: (eve) => eve.line.socket.send('hello'),
  },
];

function check({ id, title, what, send }: BadFrame): Check {
  return {
    id,
    guarantee: 'G4',
    title,
    does: `eve, who has the document open as ada and ben do, sends ${what}`,
    passes:
      'her connection ends, because a frame that is dropped silently leaves its sender behind; ada and ben stay, and edit on',
    async run(stage) {
      const { ada, ben, eve } = await threeTogether(stage);
      send(eve);
      await stage.expect({
        sent: what,
        expected: 'the end of eve’s connection',
        until: () => eve.end !== null,
        came: () => 'nothing: it stayed open',
      });
      await expectUnharmed(stage, what, ada, ben);
    },
  };
}

const unknownKind: Check = {
  id: 'unknown-kind',
  guarantee: 'G4',
  title: 'Who sends a message of an unknown kind is put out or goes on, and nobody else notices',
  does: `eve sends a message of type ${UNKNOWN_TYPE}, and then an edit`,
  passes: 'her edit arrives, or her connection ends; ada and ben edit on',
  async run(stage) {
    const { ada, ben, eve } = await threeTogether(stage);
    const what = `a message of type ${UNKNOWN_TYPE}`;
    eve.sayRaw(UNKNOWN_TYPE);
    eve.edit(insert(0, 'later '));
    await stage.expect({
      sent: `${what}, and an edit`,
      expected: 'the edit on ben’s screen, or the end of eve’s connection',
      until: () => eve.end !== null || ben.doc.getText('body').toString().includes('later '),
      came: () => 'neither',
    });
    await expectUnharmed(stage, what, ada, ben);
  },
};

/** More than anybody types or pastes; its first bytes are all that is ever sent. */
const OVERSIZED_BYTES = 2 ** 30;
const FIRST_BYTES = 64 * 1024;

const oversizedFrame: Check = {
  id: 'oversized-frame',
  guarantee: 'G4',
  title: 'A frame of any size is not waited for',
  does: `before any handshake, somebody begins a WebSocket message of ${OVERSIZED_BYTES / 2 ** 30} GB, and sends ${FIRST_BYTES / 1024} KB of it`,
  passes: 'the connection ends then and there; nobody else notices',
  async run(stage) {
    const document = stage.document();
    const { ada, ben } = await twoTogether(stage, document);
    const { url, token } = stage.target;
    const place = new URL(stage.dialect.socketUrl({ url, document, token }));
    const socket = await openRawWebSocket(place.href, `${place.pathname}${place.search}`);
    stage.onEnd(() => socket.terminate());
    let hasEnded = false;
    void socket.ended.then(() => {
      hasEnded = true;
    });
    socket.send(beginMessage(OVERSIZED_BYTES));
    socket.send(new Uint8Array(FIRST_BYTES));
    const what = `the beginning of a message of ${OVERSIZED_BYTES} bytes`;
    await stage.expect({
      sent: what,
      expected: 'the end of the connection',
      until: () => hasEnded,
      came: () => 'nothing: the server waited for the rest',
    });
    await expectUnharmed(stage, what, ada, ben);
  },
};

/** A binary message of one frame, masked with zeros. */
function beginMessage(length: number): Uint8Array {
  const [finalBinary, maskedLongLength] = [0x82, 0xff];
  const head = Buffer.alloc(14);
  head.writeUInt8(finalBinary, 0);
  head.writeUInt8(maskedLongLength, 1);
  head.writeBigUInt64BE(BigInt(length), 2);
  return head;
}

async function twoTogether(stage: Stage, document: string) {
  const ada = await stage.join(document, { name: 'ada' });
  const ben = await stage.join(document, { name: 'ben' });
  return { ada, ben };
}

async function threeTogether(stage: Stage) {
  const document = stage.document();
  return { ...(await twoTogether(stage, document)), eve: await stage.join(document, { name: 'eve' }) };
}

async function expectUnharmed(stage: Stage, what: string, ada: Participant, ben: Participant): Promise<void> {
  const lost = [ada, ben].find(({ end }) => end !== null);
  if (lost !== undefined) {
    throw new CheckFailure({
      sent: `${what}, by somebody else`,
      expected: 'that ada and ben stay',
      came: `${lost.name} was put out: ${lost.end}`,
    });
  }
  ada.edit(insert(0, 'still here'));
  await stage.expectSame(`${what}, by somebody else; then ada inserted "still here"`, [ada, ben]);
}

export const badFrameChecks: readonly Check[] = [...badFrames.map(check), unknownKind, oversizedFrame];
