import * as Y from 'yjs';

/** Types into a text of its own, and hands out each keystroke as the update that a client would send. */
export class Typist {
  readonly doc = new Y.Doc();
  readonly #updates: Uint8Array[] = [];

  constructor(clientID?: number) {
    if (clientID !== undefined) this.doc.clientID = clientID;
    this.doc.on('update', (update: Uint8Array) => this.#updates.push(update));
  }

  type(text: string): Uint8Array {
    const content = this.doc.getText('content');
    content.insert(content.length, text);
    return this.#last();
  }

  erase(index: number, length: number): Uint8Array {
    this.doc.getText('content').delete(index, length);
    return this.#last();
  }

  get text(): string {
    return textOf(this.doc);
  }

  #last(): Uint8Array {
    const update = this.#updates.at(-1);
    if (update === undefined) throw new Error('Nothing has changed');
    return update;
  }
}

export function textOf(doc: Y.Doc): string {
  return doc.getText('content').toString();
}
