import { type DocumentStore, MemoryStore } from '@quire/persistence';
import { type DocumentName, type Problem, problemSchema, type Role, roles } from '@quire/protocol';
import * as Y from 'yjs';
import { type Authenticator, allow, NOBODY } from '../auth/authenticator.ts';
import { type Clock, systemClock } from '../clock.ts';
import { createServer, type QuireServer } from '../main.ts';

/** A whole server, in memory, at which a token is a role, and whoever brings it is called by that; without one, an owner. */
export interface ApiServer {
  readonly server: QuireServer;
  readonly store: DocumentStore;
  /** Asks for `path` below `/v1`. */
  ask(path: string, asked?: Asked): Promise<Response>;
  stop(): Promise<void>;
}

export interface Asked {
  readonly method?: string;
  readonly role?: Role;
  readonly json?: unknown;
  readonly body?: string | Uint8Array<ArrayBuffer>;
  readonly type?: string;
}

const byRole: Authenticator = {
  authenticate: ({ token }) => {
    const role = roles.find((each) => each === token) ?? 'owner';
    return Promise.resolve(allow(role, token === '' ? NOBODY : { id: token, name: null }));
  },
};

export async function startApiServer(
  limits: Readonly<Record<string, number>> = {},
  parts: { readonly clock?: Clock; readonly store?: DocumentStore } = {},
): Promise<ApiServer> {
  const { clock = systemClock, store = new MemoryStore({ clock }) } = parts;
  const server = await createServer(
    { port: 0, app: false, metrics: false, log: { level: 'silent' }, limits },
    { store, clock, authenticator: byRole },
  );
  return {
    server,
    store,
    ask(path, { body, json, method, role, type } = {}) {
      const sent = json === undefined ? body : JSON.stringify(json);
      const contentType = json === undefined ? type : 'application/json';
      return fetch(`${server.url}/v1${path}`, {
        method: method ?? (sent === undefined ? 'GET' : 'POST'),
        headers: {
          ...(role === undefined ? {} : { Authorization: `Bearer ${role}` }),
          ...(contentType === undefined ? {} : { 'Content-Type': contentType }),
        },
        ...(sent === undefined ? {} : { body: sent }),
      });
    },
    stop: () => server.close(),
  };
}

export async function problemIn(response: Response): Promise<readonly [number, string]> {
  const { code, status }: Problem = problemSchema.parse(await response.json());
  return [status, code];
}

/** What a document holds on the disk. */
export async function readStored(store: DocumentStore, name: string): Promise<Y.Doc> {
  const document = new Y.Doc();
  const loaded = await store.load(name as DocumentName);
  if (loaded?.snapshot != null) Y.applyUpdate(document, loaded.snapshot);
  for (const { updates } of loaded?.entries ?? []) for (const { update } of updates) Y.applyUpdate(document, update);
  return document;
}
