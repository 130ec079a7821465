import * as Y from 'yjs';

const SEED = 20_250_101;
const AUTHOR = 1_234_567;
const MAX_TYPED_RUN = 30;
const MAX_DELETED_RUN = 16;
const DELETE_CHANCE = 0.35;
const JUMP_CHANCE = 0.3;

const made = new Map<number, Uint8Array>();

/** A text as somebody writes it who types in runs, deletes in runs and jumps about: the same one every time. */
export function createEditedDocument(edits: number): Uint8Array {
  const known = made.get(edits);
  if (known !== undefined) return known;
  const random = createRandom(SEED);
  const doc = new Y.Doc();
  doc.clientID = AUTHOR;
  const text = doc.getText('text');
  let cursor = 0;
  let length = 0;
  for (let left = edits; left > 0; ) {
    if (random() < JUMP_CHANCE) cursor = Math.floor(random() * (length + 1));
    const deletes = random() < DELETE_CHANCE && cursor > 0;
    const longest = deletes ? Math.min(cursor, MAX_DELETED_RUN) : MAX_TYPED_RUN;
    const run = Math.min(left, 1 + Math.floor(random() * longest));
    doc.transact(() => {
      for (let index = 0; index < run; index += 1) {
        if (deletes) text.delete(--cursor, 1);
        else text.insert(cursor++, String.fromCharCode(97 + Math.floor(random() * 26)));
      }
    });
    length += deletes ? -run : run;
    left -= run;
  }
  const update = Y.encodeStateAsUpdate(doc);
  doc.destroy();
  made.set(edits, update);
  return update;
}

/** Numbers in [0, 1) that are the same for the same seed (a linear congruence modulo 2³²). */
function createRandom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}
