import type { DocumentName, Role } from '@quire/protocol';
import { eventually } from '@quire/testing';
import * as Y from 'yjs';
import { type ApiServer, readStored } from './api-server.ts';
import { KnownIds } from './known-ids.ts';
import type { Request } from './made-up-requests.ts';

/** A request that was made up, and what came of it. */
export interface Answered {
  readonly request: Request;
  /** With its parameters filled in. */
  readonly address: string;
  readonly status: number;
  readonly type: string | null;
  readonly text: string;
}

export async function sendTo({ server }: ApiServer, request: Request, known: KnownIds): Promise<Answered> {
  const { body, headers, method, role, type } = request;
  const address = known.address(request);
  const answer = await fetch(`${server.url}${address}`, {
    method,
    headers: {
      ...headers,
      ...(role === null ? {} : { Authorization: `Bearer ${role}` }),
      ...(type === undefined ? {} : { 'Content-Type': type }),
    },
    ...(body === undefined || method === 'GET' ? {} : { body }),
  });
  const text = await answer.text();
  return { request, address, status: answer.status, type: answer.headers.get('content-type'), text };
}

export function describeAnswered({ address, request, status }: Answered): string {
  return `${request.method} ${address} ${String(request.body)} as ${request.role}: ${status}`;
}

/** It was more than looked at. */
export function hasChanged({ request, status }: Answered): boolean {
  return status < 400 && request.method !== 'GET';
}

/** Those that there are, with something in them, whatever became of them before. */
export async function makeThere({ ask, server, store }: ApiServer, name: DocumentName): Promise<void> {
  await ask(`/bin/${encodeURIComponent(name)}/restore`, { method: 'POST' });
  if ((await store.stat(name))?.state !== 'live') await server.documents.create({ name, title: name });
}

/** There is a text, a thread is begun by each who may, and there is a link and a revocation. */
export async function makeKnown({ ask, server }: ApiServer, name: DocumentName): Promise<KnownIds> {
  await server.documents.edit(name, '', (document) => document.getText('body').insert(0, 'words '));
  const known = new KnownIds();
  const path = `/documents/${encodeURIComponent(name)}`;
  const made = async (id: string, at: string, json: unknown, role: Role = 'owner') => {
    const answer = await ask(at, { json, role });
    if (answer.status !== 201) throw new Error(`${id}: ${answer.status}`);
    known.learn({ id, parameters: { name } }, await answer.json());
  };
  for (const role of ['commenter', 'editor'] as const) {
    await made('startThread', `${path}/threads`, { text: 'What about this?' }, role);
  }
  await made('createLink', `${path}/links`, { role: 'reader' });
  await made('revoke', '/revocations', { user: 'mallory' });
  return known;
}

/** Somebody has joined the document, and can be put out. */
export async function knowSessions({ ask }: ApiServer, name: DocumentName, known: KnownIds): Promise<void> {
  const path = `/documents/${encodeURIComponent(name)}/sessions`;
  const sessions = async () => (await (await ask(path)).json()) as { sessions: { id: string }[] };
  await eventually(async () => (await sessions()).sessions.length > 0, { what: 'somebody is in' });
  for (const { id } of (await sessions()).sessions) known.add(`/${name}/session`, id);
}

/** All that there is on the disk: documents, what is said about them, and what the server keeps for itself, links among it. */
export async function readEverything({ store }: ApiServer): Promise<string> {
  const { documents } = await store.list({ limit: 1_000 });
  const parts: string[] = [];
  for (const { document } of documents) {
    const update = Y.encodeStateAsUpdate(await readStored(store, document));
    parts.push(document, Buffer.from(update).toString('base64'));
  }
  return parts.join('\n');
}
