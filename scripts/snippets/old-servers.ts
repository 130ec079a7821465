import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { Level } from 'level';
import * as encoding from 'lib0/encoding';
import * as Y from 'yjs';

/** What other servers have stored, and is to be found here once it has been brought over. */
export const oldDocuments: Readonly<Record<string, string>> = {
  'team/plan': 'Written long ago, and later',
  'notes of Ada': 'Not much',
};

/** The updates of a document, as they came: a first one, and one that builds on it. */
function writeOldDocument(text: string): readonly Uint8Array[] {
  const doc = new Y.Doc();
  const updates: Uint8Array[] = [];
  doc.on('update', (update: Uint8Array) => updates.push(update));
  doc.getText('body').insert(0, text.slice(0, 3));
  doc.getText('body').insert(3, text.slice(3));
  return updates;
}

/** With the schema and the statement of @hocuspocus/extension-sqlite. */
export function makeHocuspocusDatabase(folder: string): void {
  const database = new DatabaseSync(join(folder, 'db.sqlite'));
  database.exec(
    'CREATE TABLE IF NOT EXISTS "documents" ("name" varchar(255) NOT NULL, "data" blob NOT NULL, UNIQUE(name))',
  );
  const store = database.prepare(
    'INSERT INTO "documents" ("name", "data") VALUES ($name, $data) ON CONFLICT(name) DO UPDATE SET data = $data',
  );
  for (const [name, text] of Object.entries(oldDocuments)) {
    store.run({ $name: name, $data: Y.mergeUpdates([...writeOldDocument(text)]) });
  }
  database.close();
}

/** With the keys of y-leveldb: of an update, and of the state vector that lies beside them. */
export async function makeYLeveldb(folder: string): Promise<void> {
  const database = new Level<Uint8Array, Uint8Array>(join(folder, 'storage'), {
    keyEncoding: 'view',
    valueEncoding: 'view',
  });
  for (const [name, text] of Object.entries(oldDocuments)) {
    const updates = writeOldDocument(text);
    for (const [clock, update] of updates.entries()) await database.put(keyOf('v1', name, 'update', clock), update);
    await database.put(keyOf('v1_sv', name), Y.encodeStateVectorFromUpdate(Y.mergeUpdates([...updates])));
  }
  await database.close();
}

function keyOf(...parts: readonly (string | number)[]): Uint8Array {
  const encoder = encoding.createEncoder();
  for (const part of parts) {
    if (typeof part === 'string') {
      encoding.writeUint8(encoder, 0);
      encoding.writeVarString(encoder, part);
    } else {
      encoding.writeUint8(encoder, 1);
      encoding.writeUint32BigEndian(encoder, part);
    }
  }
  return encoding.toUint8Array(encoder);
}
