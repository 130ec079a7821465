import type { DocumentName } from '@quire/protocol';
import { until } from '@quire/testing';
import { pino } from 'pino';
import { afterEach, describe, expect, it } from 'vitest';
import * as Y from 'yjs';
import { CollabMeters } from '../observability/metrics/collab-meters.ts';
import { createClusterStage, shows } from '../testing/cluster-stage.ts';
import { withoutRepeats } from './repeated-edits.ts';
import { NOTHING, type Submission } from './submission.ts';

/** What a client says of its edits, one by one. */
function write(...edits: readonly ((text: Y.Text) => void)[]) {
  const doc = new Y.Doc();
  const updates: Uint8Array[] = [];
  doc.on('update', (update: Uint8Array) => updates.push(update));
  for (const edit of edits) edit(doc.getText('body'));
  return { updates, whole: Y.encodeStateAsUpdate(doc) };
}

const submit = (kind: Submission['kind'], ...updates: readonly Uint8Array[]): Submission => ({
  ...NOTHING,
  connection: {} as never,
  kind,
  content: updates.map((update) => ({ author: 'ada', update })),
});
const kindsOf = (batch: readonly Submission[]): string[] => batch.map(({ kind }) => kind);

const typing = write(
  (text) => text.insert(0, 'a'),
  (text) => text.insert(1, 'b'),
  (text) => text.delete(0, 1),
);

describe('of a batch', () => {
  it('what a step 2 says again is no edit, whichever came first', () => {
    const updates = typing.updates.map((update) => submit('update', update));
    const all = submit('step-2', typing.whole);
    expect(withoutRepeats(new Y.Doc(), [...updates, all])).toEqual(updates);
    expect(withoutRepeats(new Y.Doc(), [all, ...updates])).toEqual([all]);
  });

  it('what a step 2 says beyond that is one', () => {
    const [first, ...others] = typing.updates.map((update) => submit('update', update));
    if (first === undefined) throw new Error('three were made');
    const all = submit('step-2', typing.whole);
    for (const given of [[first], [first, ...others.slice(0, 1)]]) {
      expect(kindsOf(withoutRepeats(new Y.Doc(), [...given, all]))).toEqual([...kindsOf(given), 'step-2']);
    }
  });

  it('what came into the document since a step 2 was looked at is none, nor what it keeps as pending', () => {
    const document = new Y.Doc();
    for (const update of typing.updates.slice(1)) Y.applyUpdate(document, update);
    expect(document.store.pendingStructs).not.toBeNull();
    expect(withoutRepeats(document, [submit('step-2', ...typing.updates.slice(1))])).toEqual([]);
    Y.applyUpdate(document, typing.whole);
    expect(withoutRepeats(document, [submit('step-2', typing.whole)])).toEqual([]);
  });

  it('in which nothing is a step 2, or something is large, is left as it is, and so is what another node stored', () => {
    const [update] = typing.updates;
    if (update === undefined) throw new Error('three were made');
    const twice = [submit('update', update), submit('update', update)];
    expect(withoutRepeats(new Y.Doc(), twice)).toBe(twice);
    const large = [...twice, { ...submit('step-2', update), large: update }];
    expect(withoutRepeats(new Y.Doc(), large)).toBe(large);
    const adopted = { ...submit('step-2', Uint8Array.of(255)), stored: true };
    const own = submit('step-2', update);
    expect(withoutRepeats(new Y.Doc(), [adopted, own])).toEqual([adopted, own]);
  });

  it('what can’t be looked into is left to be applied', () => {
    const broken = submit('step-2', Uint8Array.of(255));
    expect(withoutRepeats(new Y.Doc(), [broken])).toEqual([broken]);
  });
});

describe('a count that fails', () => {
  const stage = createClusterStage();
  afterEach(() => stage.close());

  /** Whoever looks at what waits in a document meets a fault, once. */
  function failOnce({ store }: Y.Doc): void {
    Object.defineProperty(store, 'pendingStructs', {
      configurable: true,
      get() {
        Object.defineProperty(store, 'pendingStructs', { value: null, writable: true });
        throw new RangeError('a fault of the count');
      },
    });
  }

  it('[G1] costs nobody anything: what is on disk comes to all and is receipted, and counts as it came', async () => {
    const complaints: { msg: string; err: { message: string } }[] = [];
    const log = pino({ level: 'error' }, { write: (line: string) => complaints.push(JSON.parse(line)) });
    const meters = new CollabMeters();
    const here = stage.startNode({ log, meters });
    const ben = await stage.enterWhole(here, 'plan');
    const document = await here.collaboration.read('plan' as DocumentName, (doc) => doc);
    here.store.beforeAppend = async () => {
      here.store.beforeAppend = null;
      failOnce(document);
    };
    const doc = new Y.Doc();
    doc.getText('body').insert(0, 'hello');
    const ada = stage.open(here, 'plan', { doc });
    await until(() => ada.read().receipts === 1, { what: 'it is receipted' });
    await shows(ben, 'hello');
    expect([ada.closedWith, ben.closedWith, meters.edits.values['step-2']]).toEqual([null, null, 1]);
    expect(complaints.map(({ err }) => err.message)).toEqual(['a fault of the count']);
  });
});
