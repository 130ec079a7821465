import type { Random } from '@quire/testing';
import * as Y from 'yjs';
import { createFrameWriter, type DialectName, type FrameWriter } from '../bad-input/offender.ts';
import { applyEdit, writeEdit } from '../differential/script.ts';

/** What the frames of one session are written with: the same seed writes the same bytes. */
export interface Pen extends FrameWriter {
  readonly random: Random;
  readonly author: Author;
}

export function createPen(dialect: DialectName, document: string, random: Random): Pen {
  return { ...createFrameWriter(dialect, document), random, author: new Author(random) };
}

/** Client ids of intruders: above those of offenders, and hardly ever one of those that Yjs draws for the innocent. */
const FIRST_CLIENT = 1_000_000;
const CLIENTS = 1_000_000;

/** Somebody who can write what a healthy editor would. */
export class Author {
  readonly #random: Random;
  readonly #doc = new Y.Doc();
  #clock = 0;

  constructor(random: Random) {
    this.#random = random;
    this.#doc.clientID = FIRST_CLIENT + random.below(CLIENTS);
  }

  get client(): number {
    return this.#doc.clientID;
  }

  /** The update of one more edit. */
  type(): Uint8Array {
    const made: { update: Uint8Array | null } = { update: null };
    const keep = (update: Uint8Array): void => {
      made.update = update;
    };
    this.#doc.on('update', keep);
    while (made.update === null) {
      if (this.#random.oneIn(3)) this.#doc.transact(() => editRichly(this.#doc, this.#random));
      else applyEdit(this.#doc, writeEdit(this.#random));
    }
    this.#doc.off('update', keep);
    return made.update;
  }

  stateVector(): Uint8Array {
    return Y.encodeStateVector(this.#doc);
  }

  everything(): Uint8Array {
    return Y.encodeStateAsUpdate(this.#doc);
  }

  nextClock(): number {
    this.#clock += 1;
    return this.#clock;
  }
}

/** Every kind of content that Yjs knows beyond what people type. */
function editRichly(doc: Y.Doc, random: Random): void {
  switch (random.below(7)) {
    case 0:
      doc.getText('body').insertEmbed(0, JSON.parse('{"image":"x","constructor":1}') as object);
      return;
    case 1:
      doc.getText('body').insert(0, 'bold', { bold: true, ['__proto__']: 'x' });
      return;
    case 2:
      doc.getArray('items').insert(0, [new Uint8Array([1, 2, 3])]);
      return;
    case 3:
      doc.getArray('items').insert(0, [{ toString: 'x' }, [null, undefined, 1.5, 12345678901n, 'é']]);
      return;
    case 4:
      doc.getMap('keys').set('__proto__', new Y.Map([['constructor', 'x']]));
      return;
    case 5:
      doc.getMap('keys').set('subdocument', new Y.Doc({ guid: 'constructor', autoLoad: true }));
      return;
    default:
      doc.getXmlFragment('default').insert(0, [new Y.XmlElement('script')]);
      doc.getArray('items').insert(0, [new Y.XmlHook('hook')]);
  }
}
