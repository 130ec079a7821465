import assert from 'node:assert/strict';
import { isDeepStrictEqual } from 'node:util';
import type { DocumentName, Thread } from '@quire/protocol';
import * as Y from 'yjs';
import { parseContent } from '../content/content-formats.ts';
import { formatOfType } from '../content/format-of-type.ts';
import { readFragment } from '../content/read-fragment.ts';
import { replaceFragment } from '../content/write-fragment.ts';
import { type ApiServer, readStored } from './api-server.ts';
import type { Answered } from './fuzzed-api.ts';
import type { Request } from './made-up-requests.ts';

/** Where the app has the text of a document. */
const ROOT = 'default';

interface Written {
  readonly stage: ApiServer;
  /** Of the document; whatever stands in its place elsewhere. */
  readonly name: DocumentName;
  /** What follows the name in the address, without what says what it is. */
  readonly ids: readonly string[];
  readonly answered: Answered;
}

type Check = (written: Written) => Promise<void>;

/** What each call that writes has to have left behind, when nobody has written anything since: all of it. */
const checks: Readonly<Record<string, Check>> = {
  createDocument: isShown,
  renameDocument: isShown,
  restoreDocument: isShown,
  async copyDocument(written) {
    await isShown(written);
    const copy = await readStored(written.stage.store, told<{ name: DocumentName }>(written).name);
    const original = await readStored(written.stage.store, written.name);
    assert.equal(copy.getText('body').toString(), original.getText('body').toString());
  },
  deleteDocument: isGone,
  purgeDocument: isGone,
  async binDocument({ name, stage }) {
    assert.equal((await stage.ask(pathOf(name))).status, 410);
    assert.equal((await stage.store.stat(name))?.state, 'live');
  },
  async replaceContent({ answered: { request }, name, stage }) {
    const format = formatOfType(request.type ?? '');
    if (format === null) throw new Error(`taken as ${request.type}`);
    const draft = new Y.Doc();
    replaceFragment(draft, ROOT, parseContent(format, new TextDecoder().decode(bytesOf(request))));
    // As it is once it was stored: what is no text has no words on a disk.
    const wanted = new Y.Doc();
    Y.applyUpdate(wanted, Y.encodeStateAsUpdate(draft));
    assert.deepEqual(readFragment(await readStored(stage.store, name), ROOT), readFragment(wanted, ROOT));
  },
  async writeUpdate({ answered: { request }, name, stage }) {
    const stored = await readStored(stage.store, name);
    const before = Y.encodeStateAsUpdate(stored);
    Y.applyUpdate(stored, bytesOf(request));
    assert.deepEqual(Y.encodeStateAsUpdate(stored), before);
  },
  startThread: isListedThread,
  changeThread: isListedThread,
  anchorThread: isListedThread,
  reply: isListedComment,
  changeComment: isListedComment,
  async removeThread({ ids: [thread], ...written }) {
    assert.ok(!(await threadsOf(written)).some(({ id }) => id === thread));
  },
  async withdrawComment({ ids: [, comment], ...written }) {
    assert.ok(!(await threadsOf(written)).some(({ comments }) => comments.some(({ id }) => id === comment)));
  },
  async createLink(written) {
    assert.ok(
      (await idsIn(written, `${pathOf(written.name)}/links`, 'links')).includes(told<{ id: string }>(written).id),
    );
  },
  async revokeLink({ ids: [link], ...written }) {
    assert.ok(!(await idsIn(written, `${pathOf(written.name)}/links`, 'links')).includes(link ?? ''));
  },
  async revoke(written) {
    assert.ok((await idsIn(written, '/revocations', 'revocations')).includes(told<{ id: string }>(written).id));
  },
  async liftRevocation(written) {
    assert.ok(!(await idsIn(written, '/revocations', 'revocations')).includes(written.name));
  },
};

/** Whatever answered that it is done is done whole, and on the disk. */
export async function readBack(stage: ApiServer, answered: Answered): Promise<void> {
  const [path = ''] = answered.address.split('?');
  const [name = '', ...rest] = path.split('/').slice(3).map(decodeURIComponent);
  const ids = rest.filter((_, index) => index % 2 === 1);
  await checks[answered.request.id]?.({ stage, name: name as DocumentName, ids, answered });
}

async function isShown({ stage, ...written }: Written): Promise<void> {
  const { name, title } = told<{ name: DocumentName; title: string }>(written);
  const answer = await stage.ask(pathOf(name));
  const shown = (await answer.json()) as { name?: string; title?: string };
  assert.deepEqual([answer.status, shown.name, shown.title], [200, name, title]);
  assert.equal((await stage.store.stat(name))?.state, 'live');
}

async function isGone({ name, stage }: Written): Promise<void> {
  assert.equal((await stage.ask(pathOf(name))).status, 404);
  assert.equal((await stage.store.stat(name))?.state, 'deleted');
  assert.equal((await stage.ask(`${pathOf(name)}/threads`)).status, 404);
}

async function isListedThread(written: Written): Promise<void> {
  assert.ok((await threadsOf(written)).some((thread) => isDeepStrictEqual(thread, told(written))));
}

async function isListedComment(written: Written): Promise<void> {
  const thread = (await threadsOf(written)).find(({ id }) => id === written.ids[0]);
  assert.ok(thread?.comments.some((comment) => isDeepStrictEqual(comment, told(written))));
}

async function threadsOf({ name, stage }: Pick<Written, 'name' | 'stage'>): Promise<readonly Thread[]> {
  const answer = await stage.ask(`${pathOf(name)}/threads?limit=200`);
  return ((await answer.json()) as { threads: Thread[] }).threads;
}

/** The ids of what is listed there, under that field. */
async function idsIn({ stage }: Pick<Written, 'stage'>, path: string, field: string): Promise<readonly string[]> {
  const list = (await (await stage.ask(`${path}?limit=200`)).json()) as Readonly<Record<string, { id: string }[]>>;
  return (list[field] ?? []).map(({ id }) => id);
}

function bytesOf({ body = '' }: Request): Uint8Array {
  return typeof body === 'string' ? new TextEncoder().encode(body) : body;
}

function told<T>({ answered }: Pick<Written, 'answered'>): T {
  return JSON.parse(answered.text) as T;
}

function pathOf(name: string): string {
  return `/documents/${encodeURIComponent(name)}`;
}
