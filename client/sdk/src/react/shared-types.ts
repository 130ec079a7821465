import { simpleDiffString } from 'lib0/diff';
import * as Y from 'yjs';

/** Those of Yjs's types that have a name in a document and are plain data inside. */
export type SharedType = Y.Text | Y.Map<unknown> | Y.Array<unknown>;

/** A way of using one of them. */
export interface SharedKind<Type extends SharedType, T, Verbs> {
  find(doc: Y.Doc, name: string): Type;
  /** Its content as plain data. */
  read(type: Type): T;
  /** @param find the type, or why there is none yet */
  write(find: () => Type): Verbs;
}

/** Changes of a shared text. Each is one transaction; several in `room.doc.transact` are one. */
export interface SharedText {
  insert(index: number, text: string): void;
  delete(index: number, length: number): void;
  /** Writes at its end. */
  push(text: string): void;
  /** Makes it `text` by changing only what is between the beginning and the end that it has already. */
  set(text: string): void;
}

/** Changes of a shared map. Each is one transaction; several in `room.doc.transact` are one. */
export interface SharedMap<Fields extends object> {
  set<Name extends keyof Fields & string>(name: Name, value: Fields[Name]): void;
  /** Sets some of its fields, in one transaction. */
  update(fields: Readonly<Partial<Fields>>): void;
  delete(name: keyof Fields & string): void;
  clear(): void;
}

/** Changes of a shared array. Each is one transaction; several in `room.doc.transact` are one. */
export interface SharedArray<Item> {
  push(...items: Item[]): void;
  insert(index: number, ...items: Item[]): void;
  /**
   * Puts another item in the place of one. Two people who do that to the same one at the same time leave both of theirs: what
   * changes often is better a map, with the items by their ids.
   */
  set(index: number, item: Item): void;
  /** @param count left out, one */
  delete(index: number, count?: number): void;
  clear(): void;
}

export const textKind: SharedKind<Y.Text, string, SharedText> = {
  find: (doc, name) => doc.getText(name),
  read: (text) => text.toString(),
  write: (find) => ({
    insert: (index, text) => find().insert(index, text),
    delete: (index, length) => find().delete(index, length),
    push: (text) => find().insert(find().length, text),
    set(text) {
      const shared = find();
      const { index, remove, insert } = simpleDiffString(shared.toString(), text);
      together(shared, () => {
        shared.delete(index, remove);
        shared.insert(index, insert);
      });
    },
  }),
};

export const mapKind: SharedKind<Y.Map<unknown>, Record<string, unknown>, SharedMap<Record<string, unknown>>> = {
  find: (doc, name) => doc.getMap(name),
  read: (map) => map.toJSON(),
  write: (find) => ({
    set(name, value) {
      find().set(name, value);
    },
    update(fields) {
      const map = find();
      together(map, () => {
        for (const [name, value] of Object.entries(fields)) map.set(name, value);
      });
    },
    delete: (name) => find().delete(name),
    clear: () => find().clear(),
  }),
};

export const arrayKind: SharedKind<Y.Array<unknown>, readonly unknown[], SharedArray<unknown>> = {
  find: (doc, name) => doc.getArray(name),
  read: (array) => array.toJSON(),
  write: (find) => ({
    push: (...items) => find().push(items),
    insert: (index, ...items) => find().insert(index, items),
    set(index, item) {
      const array = find();
      together(array, () => {
        array.delete(index);
        array.insert(index, [item]);
      });
    },
    delete: (index, count = 1) => find().delete(index, count),
    clear() {
      const array = find();
      array.delete(0, array.length);
    },
  }),
};

/** With no origin, so that any undo manager takes it for this person's. */
function together(type: SharedType, change: () => void): void {
  if (type.doc === null) change();
  else Y.transact(type.doc, change);
}
