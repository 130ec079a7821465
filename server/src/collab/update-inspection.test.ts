import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import * as Y from 'yjs';
import { type MadeUpRun, makeCycle, makeUpdate } from '../testing/made-up-updates.ts';
import { hasMissingDependencies, inspectUpdate, UpdateError } from './update-inspection.ts';

function keystrokes(text: string, clientID = 5): Uint8Array[] {
  const doc = Object.assign(new Y.Doc(), { clientID });
  const updates: Uint8Array[] = [];
  doc.on('update', (update: Uint8Array) => updates.push(update));
  for (const [index, letter] of [...text].entries()) doc.getText('body').insert(index, letter);
  return updates;
}

/** Content of many kinds, in few bytes. */
function writeRichly(): Uint8Array {
  const doc = Object.assign(new Y.Doc(), { clientID: 7 });
  const body = doc.getText('b');
  body.insert(0, 'x', { bold: true });
  body.insertEmbed(1, { image: 1 });
  doc.getArray('a').push([1, { k: [null] }, new Uint8Array([1])]);
  doc.getMap('m').set('k', new Y.Map([['inner', 'x']]));
  doc.getXmlFragment('f').insert(0, [new Y.XmlElement('p')]);
  body.delete(0, 1);
  return Y.encodeStateAsUpdate(doc);
}

const clockIn = (doc: Y.Doc) => (client: number) => Y.getState(doc.store, client);

describe('looking at an update', () => {
  it('any bytes are an update or a typed error', () => {
    const seen = { updates: 0, errors: 0 };
    const base = keystrokes('hello')[2] ?? new Uint8Array();
    void fc.assert(
      fc.property(
        fc.oneof(
          fc.uint8Array({ maxLength: 80 }),
          fc.tuple(fc.nat(base.length - 1), fc.nat(255)).map(([at, value]) => base.with(at, value)),
        ),
        (bytes) => {
          try {
            inspectUpdate(bytes);
            seen.updates += 1;
          } catch (error) {
            expect(error).toBeInstanceOf(UpdateError);
            seen.errors += 1;
          }
        },
      ),
      { numRuns: 3_000 },
    );
    expect(seen.updates).toBeGreaterThan(0);
    expect(seen.errors).toBeGreaterThan(0);
  });

  it.each([
    ['a collected struct of no length', '0101c30000000000'],
    ['an empty text', '01010700040104626f64790000'],
    ['no values', '010107000801016c0000'],
    ['a deleted struct of no length', '0101070001010162' + '0000'],
    ['a gap of no length', '010207000a000000' + '00'],
    ['deletions at no length', '00010701' + '0000'],
    ['deletions beyond all numbers', '00010701ffffffffffffff1f02'],
    ['deletions that end beyond all numbers', '00010701ffffffffffffff0f02'],
    ['deletions of a client beyond all numbers', '0001ffffffffffffff1f010001'],
    ['a text in something beyond all numbers', '01010700' + '0400' + '008080808080808028' + '0178' + '00'],
    ['a text behind something beyond all numbers', '01010700' + '84' + '008080808080808028' + '0178' + '00'],
  ])('[G3] what Yjs would write nobody could read is no update: %s', (_, bytes) => {
    expect(() => inspectUpdate(Uint8Array.from(Buffer.from(bytes, 'hex')))).toThrow(UpdateError);
  });

  it('[G3] what passes can be applied, and what a document then has can be applied by those who come', () => {
    const base = writeRichly();
    const edge = fc.constantFrom(
      [0],
      [0, 0, 0, 0],
      [127],
      [255, 255, 255, 255, 15],
      [255, 255, 255, 255, 255, 255, 255, 15],
    );
    const change = fc.record({
      at: fc.nat(base.length - 1),
      removed: fc.nat(4),
      added: fc.oneof(edge, fc.array(fc.nat(255))),
    });
    let passed = 0;
    void fc.assert(
      fc.property(fc.array(change, { minLength: 1, maxLength: 3 }), (changes) => {
        const document = new Y.Doc();
        for (const { at, removed, added } of changes) {
          const update = new Uint8Array([...base.subarray(0, at), ...added, ...base.subarray(at + removed)]);
          try {
            inspectUpdate(update);
          } catch {
            continue;
          }
          passed += 1;
          Y.applyUpdate(document, update);
          Y.applyUpdate(new Y.Doc(), Y.encodeStateAsUpdate(document));
        }
      }),
      { numRuns: 3_000 },
    );
    expect(passed).toBeGreaterThan(100);
  });

  it('[R3] a keystroke whose predecessor is missing is told from one that fits', () => {
    const [first, second, third] = keystrokes('abc');
    if (first === undefined || second === undefined || third === undefined)
      throw new Error('three keystrokes expected');
    const doc = new Y.Doc();
    Y.applyUpdate(doc, first);
    expect(hasMissingDependencies(inspectUpdate(second), clockIn(doc))).toBe(false);
    expect(hasMissingDependencies(inspectUpdate(third), clockIn(doc))).toBe(true);
    expect(hasMissingDependencies(inspectUpdate(Y.mergeUpdates([second, third])), clockIn(doc))).toBe(false);
  });

  it('[R3] it agrees with Yjs on what stays pending', () => {
    let gaps = 0;
    void fc.assert(
      fc.property(
        fc.array(fc.record({ who: fc.nat(2), at: fc.nat(30), erase: fc.boolean() }), { minLength: 2, maxLength: 25 }),
        fc.array(fc.nat(), { minLength: 1, maxLength: 25 }),
        (script, picks) => {
          const updates: Uint8Array[] = [];
          const docs = [1, 2, 3].map((clientID) => Object.assign(new Y.Doc(), { clientID }));
          for (const doc of docs) {
            doc.on('update', (update: Uint8Array, origin: unknown) => {
              if (origin === 'remote') return;
              updates.push(update);
              for (const other of docs) if (other !== doc) Y.applyUpdate(other, update, 'remote');
            });
          }
          for (const { who, at, erase } of script) {
            const text = docs[who]?.getText('body');
            if (text === undefined) continue;
            if (erase && text.length > 0) text.delete(Math.min(at, text.length - 1), 1);
            else text.insert(Math.min(at, text.length), 'x');
          }
          const reader = new Y.Doc();
          for (const pick of picks) {
            const update = updates[pick % updates.length];
            if (update === undefined) continue;
            if (reader.store.pendingStructs !== null || reader.store.pendingDs !== null) break;
            const missing = hasMissingDependencies(inspectUpdate(update), clockIn(reader));
            Y.applyUpdate(reader, update);
            const isPending = reader.store.pendingStructs !== null || reader.store.pendingDs !== null;
            if (missing) gaps += 1;
            expect(missing).toBe(isPending);
          }
        },
      ),
      { numRuns: 300 },
    );
    expect(gaps).toBeGreaterThan(10);
  });

  it('[R3] two who each build on the other wait for ever, whatever the size of their circle', () => {
    const doc = new Y.Doc();
    expect(hasMissingDependencies(inspectUpdate(makeCycle(11, 12)), clockIn(doc))).toBe(true);
    const circle = Array.from({ length: 100 }, (_, at) => ({
      client: at + 1,
      clock: 0,
      items: [{ text: 'x', origin: { client: ((at + 1) % 100) + 1, clock: 0 } }],
    }));
    expect(hasMissingDependencies(inspectUpdate(makeUpdate(circle)), clockIn(doc))).toBe(true);
    expect(hasMissingDependencies(inspectUpdate(makeUpdate(circle)), (client) => (client === 50 ? 1 : 0))).toBe(false);
  });

  it('[R3] it agrees with Yjs on what stays pending, whatever builds on whatever', () => {
    const client = fc.integer({ min: 1, max: 3 });
    const id = fc.record({ client, clock: fc.constantFrom(0, 0, 0, 1, 2) });
    const item = fc.record({
      text: fc.constantFrom('x', 'xy'),
      origin: fc.option(id),
      rightOrigin: fc.option(id, { freq: 1 }),
    });
    const run = fc.record({
      client,
      clock: fc.constantFrom(0, 0, 0, 0, 0, 0, 0, 1),
      items: fc.array(item, { minLength: 1, maxLength: 2 }),
    });
    const update = fc.uniqueArray(run, { minLength: 1, maxLength: 3, selector: (one) => one.client });
    const seen = { complete: 0, pending: 0, circular: 0 };
    void fc.assert(
      fc.property(fc.array(update, { minLength: 1, maxLength: 4 }), (updates) => {
        const reader = new Y.Doc();
        for (const runs of updates) {
          const bytes = makeUpdate(runs);
          let inspected: ReturnType<typeof inspectUpdate>;
          try {
            inspected = inspectUpdate(bytes);
          } catch {
            continue; // builds on itself
          }
          const missing = hasMissingDependencies(inspected, clockIn(reader));
          // An id that stands for two things: Yjs may come past it where a sender who writes correctly could not.
          const isRewritten = inspected.spans.some(({ client, start }) => start < Y.getState(reader.store, client));
          const isCircular = missing && buildsOnNothingElse(runs, clockIn(reader));
          Y.applyUpdate(reader, bytes);
          const isPending = reader.store.pendingStructs !== null;
          seen[isPending ? 'pending' : 'complete'] += 1;
          if (isCircular) seen.circular += 1;
          if (isPending || !isRewritten) expect(missing).toBe(isPending);
          if (isPending) return;
        }
      }),
      { numRuns: 3_000 },
    );
    expect(Math.min(seen.complete, seen.pending)).toBeGreaterThan(100);
    expect(seen.circular).toBeGreaterThan(50);
  });

  it('an update that has two parts for one client is refused: Yjs would read the second alone', () => {
    const [first, second] = [0, 1].map((clock) => ({ client: 7, clock, items: [{ text: 'x' }] }));
    if (first === undefined || second === undefined) throw new Error('two parts expected');
    expect(() => inspectUpdate(makeUpdate([first, second]))).toThrow(UpdateError);
    const other = { client: 6, clock: 0, items: [{ text: 'x' }] };
    expect(() => inspectUpdate(makeUpdate([first, other, second]))).toThrow(UpdateError);
    expect(() => inspectUpdate(makeUpdate([first, other]))).not.toThrow();
  });

  it('an item that builds on itself is refused: ten bytes that would break the document for everybody', () => {
    expect(() => inspectUpdate(Buffer.from('01010700840700017800', 'hex'))).toThrow(UpdateError);
  });

  it('deletions that overlap are refused', () => {
    expect(() => inspectUpdate(new Uint8Array([0, 1, 7, 2, 0, 5, 3, 5]))).toThrow(UpdateError);
    expect(() => inspectUpdate(new Uint8Array([0, 1, 7, 2, 0, 5, 5, 5]))).not.toThrow();
  });

  it('whatever passes can be applied, to the document it was made for and to an empty one', () => {
    const updates = richUpdates();
    const whole = Y.mergeUpdates(updates);
    const seen = { applied: 0, refused: 0 };
    void fc.assert(
      fc.property(
        fc.nat(updates.length - 1),
        fc.array(fc.tuple(fc.nat(), fc.nat(255)), { minLength: 1, maxLength: 3 }),
        (index, changes) => {
          const bytes = (updates[index] ?? whole).slice();
          for (const [at, value] of changes) bytes[at % bytes.length] = value;
          try {
            inspectUpdate(bytes);
          } catch {
            seen.refused += 1;
            return;
          }
          const made = new Y.Doc();
          for (const update of updates.slice(0, index)) Y.applyUpdate(made, update);
          Y.applyUpdate(made, bytes);
          Y.applyUpdate(made, whole);
          Y.applyUpdate(new Y.Doc(), bytes);
          seen.applied += 1;
        },
      ),
      { numRuns: 4_000 },
    );
    expect(seen.applied).toBeGreaterThan(100);
    expect(seen.refused).toBeGreaterThan(100);
  });
});

/** Whether all that these runs name is in the document or in one of them, and no run begins beyond what is known. */
function buildsOnNothingElse(runs: readonly MadeUpRun[], clockOf: (client: number) => number): boolean {
  const ends = new Map(
    runs.map(({ client, clock, items }) => [client, items.reduce((end, { text }) => end + text.length, clock)]),
  );
  const has = ({ client, clock }: { client: number; clock: number }): boolean =>
    clock < Math.max(ends.get(client) ?? 0, clockOf(client));
  return runs.every(
    ({ client, clock, items }) =>
      clock <= clockOf(client) &&
      items.every(({ origin, rightOrigin }) => [origin, rightOrigin].every((id) => id == null || has(id))),
  );
}

/** Text, formatting, maps, arrays, nested types and deletions, by two people. */
function richUpdates(): Uint8Array[] {
  const [ada, ben] = [1, 2].map((clientID) => Object.assign(new Y.Doc(), { clientID }));
  if (ada === undefined || ben === undefined) throw new Error('two people expected');
  const updates: Uint8Array[] = [];
  for (const [doc, other] of [
    [ada, ben],
    [ben, ada],
  ] as const) {
    doc.on('update', (update: Uint8Array, origin: unknown) => {
      if (origin === 'remote') return;
      updates.push(update);
      Y.applyUpdate(other, update, 'remote');
    });
  }
  ada.getText('body').insert(0, 'hello');
  ben.getText('body').insert(2, 'XY', { bold: true });
  ada.getText('body').delete(1, 3);
  ben.getMap('meta').set('title', 'plan');
  ada.getMap('meta').set('title', 'plan 2');
  const paragraph = new Y.XmlElement('p');
  ada.getXmlFragment('default').insert(0, [paragraph]);
  paragraph.insert(0, [new Y.XmlText('text')]);
  paragraph.setAttribute('level', '1');
  ben.getArray('list').insert(0, [1, { a: true }, new Y.Map([['k', 'v']])]);
  ben.getXmlFragment('default').delete(0, 1);
  return updates;
}
