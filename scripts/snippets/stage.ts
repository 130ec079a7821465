import { join } from 'node:path';
import { startServer } from '@quire/testing';
import { SignJWT } from 'jose';
import * as Y from 'yjs';
import { MemoryStore } from '../../persistence/src/index.ts';
import type { DocumentName } from '../../protocol/src/index.ts';
import { createServer } from '../../server/src/main.ts';
import { makeHocuspocusDatabase, makeYLeveldb, oldDocuments } from './old-servers.ts';

/** What surroundings and proofs may call. */
export interface Stage {
  /** The code with this server in the place of the one that every page speaks of. */
  readdress(code: string): string;
  until(check: () => unknown): Promise<void>;
  write(document: string, text: string): Promise<void>;
  expectStored(document: string): Promise<void>;
  /** Starts a server of its own process on `./data`, which has a document. */
  serveData(): Promise<void>;
  /** That a server on `./data-backup` has that document. */
  expectBackup(): Promise<void>;
  makeHocuspocusDatabase(): void;
  makeYLeveldb(): Promise<void>;
  expectOldDocuments(): Promise<void>;
}

export const SECRET = 'a secret of the docs that is long enough';
const PAGES_HOST = 'localhost:8080';
const LOOK_EVERY_MS = 10;
const WRITTEN = 'A plan that is to be kept.';

/** The token of a backend, which may do everything. */
export function signToken(): Promise<string> {
  return new SignJWT({ name: 'Backend', grants: [{ documents: '**', role: 'owner' }] })
    .setProtectedHeader({ alg: 'HS256' })
    .setSubject('backend')
    .setIssuedAt()
    .setExpirationTime('1h')
    .sign(new TextEncoder().encode(SECRET));
}

/**
 * A server for one block, so that none stands on what another left behind. It keeps its journal in memory, and ends with the
 * process.
 *
 * @param folder where the block runs
 */
export async function openStage(folder: string, options: { readonly asksForTokens: boolean }): Promise<Stage> {
  const keys = options.asksForTokens ? { jwt: { secrets: [SECRET] } } : {};
  const server = await createServer(
    { port: 0, app: false, log: { level: 'silent' }, ...keys },
    { store: new MemoryStore() },
  );

  async function read(document: string): Promise<string> {
    const answer = await fetch(`${server.url}/v1/documents/${encodeURIComponent(document)}/update`, {
      headers: { Authorization: `Bearer ${await signToken()}` },
    });
    if (!answer.ok) throw new Error(`asked for the document "${document}", the server answers ${answer.status}`);
    const doc = new Y.Doc();
    Y.applyUpdate(doc, new Uint8Array(await answer.arrayBuffer()));
    return doc.getText('body').toString();
  }

  return {
    readdress: (code) => code.replaceAll(PAGES_HOST, `localhost:${server.port}`),
    async until(check) {
      while (!check()) await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS));
    },
    write: (document, text) =>
      server.documents.edit(document as DocumentName, '', (doc) => doc.getText('body').insert(0, text)),
    async expectStored(document) {
      await read(document);
    },
    async serveData() {
      const served = await startServer({ ownProcess: true, data: join(folder, 'data') });
      const writer = await served.join('team/plan');
      writer.doc.getText('body').insert(0, WRITTEN);
      await writer.saved();
      await writer.leave();
    },
    async expectBackup() {
      const restored = await startServer({ ownProcess: true, data: join(folder, 'data-backup') });
      const reader = await restored.join('team/plan');
      const text = reader.doc.getText('body').toString();
      await restored.stop();
      if (text !== WRITTEN) throw new Error(`of "${WRITTEN}" the backup has "${text}"`);
    },
    makeHocuspocusDatabase: () => makeHocuspocusDatabase(folder),
    makeYLeveldb: () => makeYLeveldb(folder),
    async expectOldDocuments() {
      for (const [name, text] of Object.entries(oldDocuments)) {
        const here = await read(name);
        if (here !== text) throw new Error(`"${name}" was "${text}", and is here as "${here}"`);
      }
    },
  };
}
