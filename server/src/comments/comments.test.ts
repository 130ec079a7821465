import { MemoryStore } from '@quire/persistence';
import {
  type Comment,
  commentAttribute,
  companionOf,
  type DocumentName,
  documentListSchema,
  MAX_COMMENTS_PER_THREAD,
  MAX_THREADS,
  problemSchema,
  type Role,
  roles,
  THREADS_MAP,
  type Thread,
  threadListSchema,
  threadSchema,
} from '@quire/protocol';
import { joinWithHocuspocus } from '@quire/testing';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import * as Y from 'yjs';
import { systemClock } from '../clock.ts';
import { Unconfirmed } from '../collab/confirmation.ts';
import { createServer, type QuireServer, type ServerParts } from '../main.ts';
import { RETRY_MS, type Retries } from '../retries.ts';
import { RefusingStore } from '../testing/refusing-store.ts';
import { SECRET, signToken } from '../testing/tokens.ts';
import { AnchorPace } from './anchor-pace.ts';
import { createComments } from './comments.ts';

const PLAN = 'team/plan' as DocumentName;

const ends: (() => unknown)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end();
});

let store: MemoryStore;
let server: QuireServer;

async function serve(settings: object, parts: ServerParts = {}): Promise<QuireServer> {
  store = new MemoryStore();
  const started = await createServer(
    { port: 0, app: false, log: { level: 'silent' }, ...settings },
    { store, ...parts },
  );
  ends.push(() => started.close());
  return started;
}

/** Who says so, and as what. */
interface As {
  readonly sub?: string;
  readonly role?: Role;
}

async function headersOf({ sub = 'cleo', role = 'commenter' }: As): Promise<Record<string, string>> {
  const token = await signToken({ sub, name: nameOf(sub), grants: [{ documents: 'team/*', role }] });
  return { authorization: `Bearer ${token}` };
}

const nameOf = (sub: string): string => `${sub[0]?.toUpperCase()}${sub.slice(1)}`;

async function send(
  method: string,
  path: string,
  body?: unknown,
  as: As | null = {},
): Promise<{ readonly status: number; readonly json: unknown }> {
  const response = await fetch(`${server.url}/v1/documents/${encodeURIComponent(PLAN)}/threads${path}`, {
    method,
    headers: { ...(as === null ? {} : await headersOf(as)), 'content-type': 'application/json' },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  return { status: response.status, json: text === '' ? null : JSON.parse(text) };
}

async function codeOf(answer: ReturnType<typeof send>): Promise<[number, string]> {
  const { status, code } = problemSchema.parse((await answer).json);
  return [status, code];
}

async function startThread(body: object = { text: 'Is this right?' }, as: As | null = {}): Promise<Thread> {
  const { status, json } = await send('POST', '', body, as);
  expect(status, JSON.stringify(json)).toBe(201);
  return threadSchema.parse(json);
}

async function threads(as: As | null = { role: 'reader' }): Promise<readonly Thread[]> {
  return threadListSchema.parse((await send('GET', '', undefined, as)).json).threads;
}

const path = (thread: Pick<Thread, 'id'>, comment?: Pick<Comment, 'id'>): string =>
  comment === undefined ? `/${thread.id}` : `/${thread.id}/comments/${comment.id}`;

/** Two paragraphs, as the app writes them. */
async function writePage(): Promise<void> {
  await server.documents.edit(PLAN, 'ada', (document) => {
    const paragraphs = ['The quick fox', 'jumps over'].map((text) => {
      const paragraph = new Y.XmlElement('paragraph');
      paragraph.insert(0, [new Y.XmlText(text)]);
      return paragraph;
    });
    document.getXmlFragment('default').insert(0, paragraphs);
  });
}

/** The document as whoever opens it has it. */
async function openPage(
  name: string = PLAN,
): Promise<{ doc: Y.Doc; isSaved: () => boolean; texts: () => Y.XmlText[] }> {
  const wsUrl = server.url.replace('http', 'ws');
  const { doc, provider, leave } = joinWithHocuspocus(wsUrl, name, { token: await signToken() });
  ends.push(leave);
  await vi.waitFor(() => expect(provider.isSynced).toBe(true));
  const walk = () => doc.getXmlFragment('default').createTreeWalker((node) => node instanceof Y.XmlText);
  return { doc, isSaved: () => !provider.hasUnsyncedChanges, texts: () => [...walk()] as Y.XmlText[] };
}

function range(start: readonly [Y.XmlText, number], end: readonly [Y.XmlText, number]) {
  const [from, to] = [start, end].map(([text, index]) => {
    const position = Y.createRelativePositionFromTypeIndex(text, index, -1);
    return Buffer.from(Y.encodeRelativePosition(position)).toString('base64');
  });
  return { start: from, end: to };
}

it('[G5] a thread that the disk refuses once its place is marked leaves no mark, though that is refused as well', async () => {
  const disk = new RefusingStore();
  const clock = {
    ...systemClock,
    after: (ms: number, task: () => void) => systemClock.after(ms === RETRY_MS ? 0 : ms, task),
  };
  server = await serve({ jwt: { secrets: [SECRET] } }, { store: disk, clock });
  await writePage();
  const { texts } = await openPage();
  const [first] = texts() as [Y.XmlText];
  const written = first.toString();
  const marked = new Promise<void>((resolve) => first.observe(() => resolve()));
  disk.refuseAfter(1);
  expect(await codeOf(send('POST', '', { text: 'x', anchor: range([first, 0], [first, 3]) }))).toEqual([
    503,
    'storage-refused',
  ]);
  await marked;
  expect(await threads()).toEqual([]);
  disk.mend();
  const later = await openPage();
  await vi.waitFor(() => expect(String(later.texts()[0])).toBe(written));
});

it('[G4] comments on a document that is nearly full mark it no more, may be removed, and leave the rest to editors', async () => {
  const limit = 4_096;
  server = await serve({ jwt: { secrets: [SECRET] }, limits: { maxDocumentBytes: limit } });
  await writePage();
  const { doc, texts } = await openPage();
  const [first] = texts() as [Y.XmlText];
  const thread = await startThread({ text: 'x', anchor: range([first, 0], [first, 3]) });
  await vi.waitFor(() => expect(first.toString()).toContain(thread.id));
  const rest = (limit * 7) / 8 - Y.encodeStateAsUpdate(doc).length;
  await server.documents.edit(PLAN, 'ada', (document) => document.getMap('meta').set('filler', 'x'.repeat(rest)));
  const anchored = { text: 'x', anchor: range([first, 4], [first, 9]) };
  expect(await codeOf(send('POST', '', anchored))).toEqual([413, 'document-too-large']);
  await startThread({ text: 'about all of it' });
  expect((await send('DELETE', path(thread))).status).toBe(204);
  await startThread(anchored, { sub: 'ada', role: 'editor' });
});

it('[G4] a comment may be removed by whoever wrote it, however full its document is', async () => {
  const limit = 4_096;
  server = await serve({ jwt: { secrets: [SECRET] }, limits: { maxDocumentBytes: limit } });
  await writePage();
  const { doc, isSaved, texts } = await openPage();
  const [first, second] = texts() as [Y.XmlText, Y.XmlText];
  const torn = await startThread({ text: 'x', anchor: range([first, 0], [first, 4]) });
  await vi.waitFor(() => expect(first.toString()).toContain(torn.id));
  // Somebody deletes marked words while somebody else types into them: what ended the mark is deleted with them.
  const other = new Y.Doc();
  Y.applyUpdate(other, Y.encodeStateAsUpdate(doc));
  const [theirs] = [...other.getXmlFragment('default').createTreeWalker((node) => node instanceof Y.XmlText)];
  if (theirs instanceof Y.XmlText) theirs.delete(0, 4);
  first.insert(1, 'zz', { bold: true });
  Y.applyUpdate(doc, Y.encodeStateAsUpdate(other), 'the network');
  await vi.waitFor(() => expect(isSaved()).toBe(true));
  // To the end of a paragraph, over two of them, and over what is marked already.
  const anchors = [range([first, 4], [first, 13]), range([first, 0], [second, 5]), range([first, 2], [first, 6])];
  const marked: Thread[] = [];
  for (const anchor of anchors) marked.push(await startThread({ text: 'x', anchor }));
  const [last] = marked.slice(-1) as [Thread];
  await vi.waitFor(() => expect(first.toString()).toContain(last.id));
  for (let rest = limit - Y.encodeStateAsUpdate(doc).length - 100; rest > 8; rest = Math.floor(rest / 2)) {
    const fill = (document: Y.Doc): unknown => document.getMap('meta').set(`filler ${rest}`, 'x'.repeat(rest));
    await server.documents.edit(PLAN, 'ada', (document) => void fill(document)).catch(() => {});
  }
  expect(await codeOf(send('POST', '', { text: 'x', anchor: anchors[0] }))).toEqual([413, 'document-too-large']);
  for (const thread of [torn, ...marked]) expect((await send('DELETE', path(thread))).status).toBe(204);
  await vi.waitFor(() => expect(first.toString() + second.toString()).not.toContain('thread'));
});

describe('comments over HTTP', () => {
  beforeEach(async () => {
    server = await serve({ jwt: { secrets: [SECRET] } });
    await writePage();
  });

  it('[G6] are by whom the token names, at the time at which they came, whatever the request says', async () => {
    const before = Date.now();
    const thread = await startThread({
      text: '  Is this right?  ',
      guest: 'Somebody Else',
      author: { id: 'ada', name: 'Ada' },
      time: '2001-01-01T00:00:00.000Z',
      id: 'chosen',
    });
    const cleo = { id: 'cleo', name: 'Cleo' };
    expect(thread).toMatchObject({ author: cleo, quote: '', resolved: null });
    expect(thread.comments).toMatchObject([{ author: cleo, text: 'Is this right?', edited: null }]);
    for (const time of [thread.created, thread.comments[0]?.time]) {
      expect(Date.parse(time ?? '')).toBeGreaterThanOrEqual(before);
    }
    expect(thread.id).not.toBe('chosen');
    expect(await threads()).toEqual([thread]);
  });

  it('come with who asks, so that a page knows what is theirs', async () => {
    const { you } = threadListSchema.parse((await send('GET', '', undefined, { sub: 'rita', role: 'reader' })).json);
    expect(you).toEqual({ id: 'rita', name: 'Rita', role: 'reader' });
  });

  it('are read, answered, changed, settled and taken back', async () => {
    const thread = await startThread();
    const answered = await send('POST', `${path(thread)}/comments`, { text: 'It is.' }, { sub: 'ben' });
    expect(answered.status).toBe(201);
    const [first, reply] = (await threads())[0]?.comments ?? [];
    expect(reply).toEqual(answered.json);
    expect(reply).toMatchObject({ author: { id: 'ben', name: 'Ben' }, text: 'It is.', edited: null });

    const changed = await send('PATCH', path(thread, reply), { text: 'It is not.' }, { sub: 'ben' });
    expect(changed.json).toMatchObject({ id: reply?.id, text: 'It is not.', edited: expect.any(String) });
    const resolved = await send('PATCH', path(thread), { resolved: true }, { sub: 'ben' });
    expect(resolved.json).toMatchObject({ resolved: { by: { id: 'ben', name: 'Ben' } } });
    expect(await threads()).toEqual([resolved.json]);
    expect((await send('PATCH', path(thread), { resolved: true })).json).toEqual(resolved.json);
    expect((await send('PATCH', path(thread), { resolved: false })).json).toMatchObject({ resolved: null });

    expect((await send('DELETE', path(thread, first))).status).toBe(204);
    expect((await threads())[0]?.comments).toMatchObject([{ text: 'It is not.' }]);
    // With the last comment the thread goes.
    expect((await send('DELETE', path(thread, reply), undefined, { sub: 'ben' })).status).toBe(204);
    expect(await threads()).toEqual([]);
  });

  it('are seen at once by everybody who has the comments open', async () => {
    const { doc } = await openPage(companionOf(PLAN, 'comments'));
    const thread = await startThread();
    await vi.waitFor(() => expect(doc.getMap(THREADS_MAP).toJSON()).toEqual({ [thread.id]: thread }));
    await send('POST', `${path(thread)}/comments`, { text: 'It is.' });
    await vi.waitFor(() =>
      expect(doc.getMap(THREADS_MAP).toJSON()).toEqual({
        [thread.id]: expect.objectContaining({ comments: [expect.anything(), expect.anything()] }),
      }),
    );
  });

  it('[G6] of somebody who may not edit bring their mark into the document, and nothing else', async () => {
    await server.documents.edit(PLAN, 'ada', (document) => {
      for (const paragraph of document.getXmlFragment('default').toArray()) {
        const [text] = (paragraph as Y.XmlElement).toArray();
        (text as Y.XmlText).format(0, 4, { bold: {} });
        (text as Y.XmlText).format(2, 4, { italic: {} });
      }
    });
    const { texts } = await openPage();
    const [first, second] = texts() as [Y.XmlText, Y.XmlText];
    const thread = await startThread({ text: 'x', anchor: range([first, 1], [second, 3]) });
    await send('PUT', `${path(thread)}/anchor`, range([first, 3], [first, 5]));
    await send('DELETE', path(thread));
    let structs = 0;
    const marks = new Set<string>();
    for await (const { updates } of store.history(PLAN)) {
      for (const { author, update } of updates) {
        if (author !== 'cleo') continue;
        const decoded = Y.decodeUpdate(update);
        for (const struct of decoded.structs) {
          const content = struct instanceof Y.Item ? struct.content : null;
          expect(content).toBeInstanceOf(Y.ContentFormat);
          if (!(content instanceof Y.ContentFormat)) continue;
          expect(content.key).toBe(commentAttribute(thread.id));
          for (let at = 0; at < struct.length; at += 1) marks.add(`${struct.id.client}:${struct.id.clock + at}`);
          structs += 1;
        }
        for (const [client, ranges] of decoded.ds.clients) {
          for (const { clock, len } of ranges) {
            for (let at = clock; at < clock + len; at += 1) expect(marks).toContain(`${client}:${at}`);
          }
        }
      }
    }
    expect(structs).toBeGreaterThan(4);
  });

  it('[G8] are written into history under their author, the marks too', async () => {
    const { texts } = await openPage();
    const [text] = texts() as [Y.XmlText];
    await startThread({ text: 'x', anchor: range([text, 4], [text, 9]) });
    for (const name of [PLAN, companionOf(PLAN, 'comments')]) {
      const authors: string[] = [];
      for await (const entry of store.history(name)) authors.push(...entry.updates.map(({ author }) => author));
      expect(authors.at(-1)).toBe('cleo');
    }
  });

  describe.each(roles)('a %s', (role) => {
    const mayComment = role !== 'reader';

    it('[G6] says what the role allows, and nothing else is kept', async () => {
      const thread = await startThread({ text: 'x' }, { sub: 'ada' });
      const [comment] = thread.comments as [Comment];
      const as = { sub: 'cleo', role };
      const mayEdit = role === 'editor' || role === 'owner';
      const { texts } = await openPage();
      const [text] = texts() as [Y.XmlText];
      const anchor = range([text, 0], [text, 3]);
      const asked: [string, string, unknown, number][] = [
        ['POST', '', { text: 'y' }, mayComment ? 201 : 403],
        ['POST', `${path(thread)}/comments`, { text: 'y' }, mayComment ? 201 : 403],
        ['PATCH', path(thread), { resolved: true }, mayComment ? 200 : 403],
        ['PATCH', path(thread, comment), { text: 'forged' }, 403],
        ['PUT', `${path(thread)}/anchor`, anchor, mayEdit ? 200 : 403],
        ['DELETE', `${path(thread)}/anchor`, undefined, mayEdit ? 204 : 403],
        ['DELETE', path(thread, comment), undefined, mayEdit ? 204 : 403],
        ['DELETE', path(thread), undefined, mayEdit ? 204 : 403],
      ];
      expect((await send('GET', '', undefined, as)).status).toBe(200);
      for (const [method, at, body, status] of asked) {
        expect([method, at, (await send(method, at, body, as)).status]).toEqual([method, at, status]);
      }
      if (mayComment) return;
      expect(await threads()).toEqual([thread]);
    });
  });

  it('[G6] are nobody’s business who has no role in the document, or no token', async () => {
    await startThread();
    const elsewhere = await signToken({ grants: [{ documents: 'other/*', role: 'owner' }] });
    for (const [headers, status] of [
      [{ authorization: `Bearer ${elsewhere}` }, 403],
      [{}, 401],
    ] as const) {
      const url = `${server.url}/v1/documents/${encodeURIComponent(PLAN)}/threads`;
      expect((await fetch(url, { headers })).status).toBe(status);
    }
  });

  it('a thread in which only its author has spoken is theirs to remove; others’ words are for editors', async () => {
    const own = await startThread();
    expect((await send('DELETE', path(own))).status).toBe(204);
    const shared = await startThread();
    await send('POST', `${path(shared)}/comments`, { text: 'mine' }, { sub: 'ben' });
    expect(await codeOf(send('DELETE', path(shared)))).toEqual([403, 'forbidden']);
    expect((await send('DELETE', path(shared), undefined, { sub: 'eve', role: 'editor' })).status).toBe(204);
    expect(await threads()).toEqual([]);
  });

  it('say what they were asked for that is not there, or not of the right shape', async () => {
    const thread = await startThread();
    const [first] = thread.comments as [Comment];
    expect(await codeOf(send('PATCH', '/none', { resolved: true }))).toEqual([404, 'unknown-thread']);
    expect(await codeOf(send('PATCH', path(thread, { id: 'none' }), { text: 'x' }))).toEqual([404, 'unknown-comment']);
    expect(await codeOf(send('PUT', '/none/anchor', { start: 'AA', end: 'AA' }))).toEqual([404, 'unknown-thread']);
    for (const body of [
      {},
      { text: '' },
      { text: '   ' },
      { text: 7 },
      { text: 'x'.repeat(10_001) },
      { text: '\ud800' },
    ]) {
      for (const [method, at] of [
        ['POST', ''],
        ['PATCH', path(thread, first)],
      ] as const) {
        expect(await codeOf(send(method, at, body))).toEqual([400, 'bad-request']);
      }
    }
    expect(await codeOf(send('PATCH', path(thread), { resolved: 'yes' }))).toEqual([400, 'bad-request']);
    expect(await codeOf(send('PUT', ''))).toEqual([405, 'method-not-allowed']);
    expect(await codeOf(send('GET', path(thread)))).toEqual([405, 'method-not-allowed']);
    expect(await threads()).toEqual([thread]);
  });

  it('are on a document that there is, create none, and are listed as none', async () => {
    await startThread();
    const token = await signToken({ grants: [{ documents: '**', role: 'owner' }] });
    const headers = { authorization: `Bearer ${token}` };
    const listed = documentListSchema.parse(await (await fetch(`${server.url}/v1/documents`, { headers })).json());
    expect(listed.documents.map(({ name }) => name)).toEqual([PLAN]);
    const missing = `${server.url}/v1/documents/team%2Fnone/threads`;
    for (const method of ['GET', 'POST']) {
      const body = method === 'POST' ? { body: '{"text":"x"}' } : {};
      const answer = await fetch(missing, {
        method,
        headers: { ...headers, 'content-type': 'application/json' },
        ...body,
      });
      expect(problemSchema.parse(await answer.json())).toMatchObject({ status: 404, code: 'unknown-document' });
    }
    expect(await store.load('~comments/team/none')).toBeNull();
    const companion = `${server.url}/v1/documents/${encodeURIComponent(companionOf(PLAN, 'comments'))}`;
    for (const [method, url] of [
      ['GET', companion],
      ['DELETE', companion],
      ['GET', `${companion}/threads`],
    ] as const) {
      const answer = await fetch(url, { method, headers });
      expect(problemSchema.parse(await answer.json())).toMatchObject({ status: 400, code: 'bad-document-name' });
    }
    await expect(server.documents.get(companionOf(PLAN, 'comments'))).rejects.toMatchObject({
      code: 'bad-document-name',
    });
    await expect(server.documents.create({ name: companionOf(PLAN, 'comments') })).rejects.toThrow('~comments/');
  });

  it('[R14] go with their document, and its next life has none', async () => {
    await startThread();
    await server.documents.delete(PLAN);
    expect(await codeOf(send('GET', ''))).toEqual([404, 'unknown-document']);
    await writePage();
    expect(await threads()).toEqual([]);
    const thread = await startThread({ text: 'anew' });
    expect(await threads()).toEqual([thread]);
  });
});

describe('the anchor of a thread', () => {
  beforeEach(async () => {
    server = await serve({ jwt: { secrets: [SECRET] } });
    await writePage();
  });

  const marked = (text: Y.XmlText): unknown[] =>
    text
      .toDelta()
      .map(({ insert, attributes }: { insert: string; attributes?: unknown }) => [insert, attributes ?? null]);

  it('[G6] is a mark that the server sets for a commenter, on the range and nowhere else', async () => {
    const { doc, texts } = await openPage();
    const [one, two] = texts() as [Y.XmlText, Y.XmlText];
    const before = texts().map((text) =>
      text
        .toDelta()
        .map(({ insert }: { insert: string }) => insert)
        .join(''),
    );
    const thread = await startThread({ text: 'x', anchor: range([one, 10], [two, 5]) });
    expect(thread.quote).toBe('fox jumps');
    const mark = { [commentAttribute(thread.id)]: { thread: thread.id } };
    await vi.waitFor(() =>
      expect([one, two].map(marked)).toEqual([
        [
          ['The quick ', null],
          ['fox', mark],
        ],
        [
          ['jumps', mark],
          [' over', null],
        ],
      ]),
    );
    expect(
      texts().map((text) =>
        text
          .toDelta()
          .map(({ insert }: { insert: string }) => insert)
          .join(''),
      ),
    ).toEqual(before);
    expect([...doc.share.keys()]).toEqual(['default']);
  });

  it('lands right under what others write meanwhile, may be moved, and goes with its thread', async () => {
    const { texts } = await openPage();
    const [one] = texts() as [Y.XmlText];
    const anchor = range([one, 4], [one, 9]);
    one.insert(6, '-very-');
    one.insert(0, 'See: ');
    const thread = await startThread({ text: 'x', anchor });
    const attribute = commentAttribute(thread.id);
    const textWith = () => marked(one).filter((part) => JSON.stringify(part).includes(attribute));
    await vi.waitFor(() => expect(textWith()).toEqual([[expect.stringContaining('qu'), expect.anything()]]));
    const moved = await send('PUT', `${path(thread)}/anchor`, range([one, 0], [one, 3]));
    expect(moved.json).toMatchObject({ quote: 'See' });
    await vi.waitFor(() => expect(textWith()).toEqual([['See', expect.anything()]]));
    expect((await send('DELETE', `${path(thread)}/anchor`)).status).toBe(204);
    await vi.waitFor(() => expect(textWith()).toEqual([]));
    expect(await threads()).toMatchObject([{ quote: 'See' }]);
    await send('PUT', `${path(thread)}/anchor`, range([one, 0], [one, 3]));
    await vi.waitFor(() => expect(textWith()).toHaveLength(1));
    expect((await send('DELETE', path(thread))).status).toBe(204);
    await vi.waitFor(() => expect(textWith()).toEqual([]));
  });

  it('is not set where there is no such place, and no thread comes of it', async () => {
    const { texts } = await openPage();
    const [one] = texts() as [Y.XmlText];
    const nowhere = { start: 'AAAAAAAA', end: range([one, 0], [one, 3]).end };
    expect(await codeOf(send('POST', '', { text: 'x', anchor: nowhere }))).toEqual([409, 'unknown-position']);
    const empty = range([one, 3], [one, 3]);
    expect(await codeOf(send('POST', '', { text: 'x', anchor: empty }))).toEqual([409, 'anchor-refused']);
    expect(await codeOf(send('POST', '', { text: 'x', anchor: { start: '!', end: '!' } }))).toEqual([
      400,
      'bad-request',
    ]);
    expect(await threads()).toEqual([]);
  });

  it('[G4] of the same text, set and moved without end, ends at the size of a document', async () => {
    server = await serve({
      jwt: { secrets: [SECRET] },
      limits: { maxDocumentBytes: 10_000, maxAnchorsPerMinute: 10_000 },
    });
    await writePage();
    const { texts } = await openPage();
    const [one] = texts() as [Y.XmlText];
    const thread = await startThread({ text: 'x' });
    const places = [range([one, 0], [one, 3]), range([one, 4], [one, 9])];
    let last = 200;
    for (let round = 0; round < 500 && last === 200; round += 1) {
      last = (await send('PUT', `${path(thread)}/anchor`, places[round % 2])).status;
    }
    expect(last).toBe(413);
  });
});

describe('comments of guests', () => {
  it('go by the name that they give themselves, and belong to them all', async () => {
    server = await serve({});
    await writePage();
    const thread = await startThread({ text: 'x', guest: 'Ada' }, null);
    expect(thread.author).toEqual({ id: '', name: 'Ada' });
    const [comment] = thread.comments as [Comment];
    expect((await send('PATCH', path(thread, comment), { text: 'y', guest: 'Ben' }, null)).status).toBe(200);
    const authors: string[] = [];
    for await (const entry of store.history(companionOf(PLAN, 'comments'))) {
      authors.push(...entry.updates.map(({ author }) => author));
    }
    expect(authors[0]).toBe('guest:Ada');
  });
});

function positionIn(document: Y.Doc, index: number): string {
  const position = Y.createRelativePositionFromTypeIndex(document.getText('body'), index);
  return Buffer.from(Y.encodeRelativePosition(position)).toString('base64');
}

describe('comments', () => {
  const speaker = { author: { id: 'ada', name: 'Ada' }, role: 'commenter' } as const;
  const call = { document: PLAN, speaker };

  function createInMemory(
    edited: (share?: number) => Promise<void> = async () => {},
    anchorPace?: AnchorPace,
    retries: Pick<Retries, 'add'> = { add() {} },
  ) {
    const docs = new Map<string, Y.Doc>();
    const open = (name: string): Y.Doc => {
      const doc = docs.get(name) ?? new Y.Doc();
      docs.set(name, doc);
      return doc;
    };
    const comments = createComments({
      documents: { get: async () => {} },
      live: {
        async edit(name, _author, change, { share } = {}) {
          await edited(share);
          change(open(name));
        },
        confirm: async () => {},
        read: async (name, look) => look(open(name)),
      },
      takeTurn: (_key, task) => task(() => {}),
      now: () => 0,
      retries,
      maxAnchorsPerCommenter: 2,
      ...(anchorPace === undefined ? {} : { anchorPace }),
    });
    return { comments, document: open(PLAN), companion: open(companionOf(PLAN, 'comments')) };
  }

  it('whose mark can not be taken back are tried again, with what it failed of, unless it waits for other nodes alone', async () => {
    for (const [failure, expected] of [
      [new Error('the disk'), 1],
      [new Unconfirmed(), 0],
    ] as const) {
      let edits = 0;
      const failures: unknown[] = [];
      const edited = async (): Promise<void> => {
        edits += 1;
        if (edits === 2) throw new Error('the thread');
        if (edits === 3) throw failure;
      };
      const { comments, document } = createInMemory(edited, undefined, {
        add: (_task, reason) => void failures.push(reason),
      });
      document.getText('body').insert(0, 'some words');
      const anchor = { start: positionIn(document, 0), end: positionIn(document, 4) };
      await expect(comments.start(call, { text: 'x', anchor })).rejects.toThrow('the thread');
      expect(edits).toBe(3);
      expect(failures).toEqual([failure].slice(0, expected));
    }
  });

  it('[G4] on no place in the text cost no copy of the document', async () => {
    let edits = 0;
    const { comments, document } = createInMemory(async () => {
      edits += 1;
    });
    document.getText('body').insert(0, 'some words');
    const at = (index: number, of: Y.Doc = document): string => positionIn(of, index);
    const elsewhere = new Y.Doc();
    elsewhere.getText('body').insert(0, 'of another document');
    for (const [start, end, code] of [
      [at(0), at(3, elsewhere), 'unknown-position'],
      [at(3, elsewhere), at(5), 'unknown-position'],
      [at(3), at(3), 'anchor-refused'],
      [at(5), at(3), 'anchor-refused'],
      ['!', '!', 'bad-request'],
    ] as const) {
      await expect(comments.start(call, { text: 'x', anchor: { start, end } })).rejects.toMatchObject({ code });
    }
    expect(edits).toBe(0);
    await comments.start(call, { text: 'x', anchor: { start: at(0), end: at(4) } });
    expect(edits).toBeGreaterThan(0);
  });

  it('[G4] are so many to a thread, and threads so many to a document', async () => {
    const { comments, companion } = createInMemory();
    const thread = await comments.start(call, { text: 'x' });
    for (let count = 1; count < MAX_COMMENTS_PER_THREAD; count += 1) {
      await comments.reply({ ...call, thread: thread.id }, 'x');
    }
    await expect(comments.reply({ ...call, thread: thread.id }, 'x')).rejects.toMatchObject({ code: 'comments-full' });
    const map = companion.getMap(THREADS_MAP);
    companion.transact(() => {
      for (let count = map.size; count < MAX_THREADS; count += 1) map.set(String(count), new Y.Map());
    });
    await expect(comments.start(call, { text: 'x' })).rejects.toMatchObject({ code: 'comments-full' });
  });

  it('[G4] of one person who may not edit mark so many places of a document', async () => {
    const { comments, document } = createInMemory();
    document.getText('body').insert(0, 'some words');
    const anchor = { start: positionIn(document, 0), end: positionIn(document, 4) };
    const full = { code: 'comments-full' };
    const [first] = [
      await comments.start(call, { text: 'x', anchor }),
      await comments.start(call, { text: 'x', anchor }),
    ];
    await expect(comments.start(call, { text: 'x', anchor })).rejects.toMatchObject(full);
    // One is moved as often as they like, and does not come to a third by being taken away.
    await comments.anchor({ ...call, thread: first.id }, { ...anchor, end: positionIn(document, 5) });
    await comments.unanchor({ ...call, thread: first.id });
    await expect(comments.start(call, { text: 'x', anchor })).rejects.toMatchObject(full);
    const unmarked = await comments.start(call, { text: 'about all of it' });
    await expect(comments.anchor({ ...call, thread: unmarked.id }, anchor)).rejects.toMatchObject(full);
    const ben = { ...call, speaker: { author: { id: 'ben', name: 'Ben' }, role: 'commenter' } } as const;
    const editor = { ...call, speaker: { author: { id: 'eve', name: 'Eve' }, role: 'editor' } } as const;
    await comments.start(ben, { text: 'x', anchor });
    for (let mark = 0; mark < 3; mark += 1) await comments.start(editor, { text: 'x', anchor });
    await comments.remove({ ...editor, thread: first.id });
    await comments.start(call, { text: 'x', anchor });
    // Of guests nobody knows who is who: each name is one.
    const guest = (name: string) => ({ ...call, speaker: { author: { id: '', name }, role: 'commenter' } }) as const;
    for (const name of ['Carl', 'Dora', 'Carl', 'Dora']) await comments.start(guest(name), { text: 'x', anchor });
    await expect(comments.start(guest('Carl'), { text: 'x', anchor })).rejects.toMatchObject(full);
  });

  it('[G4] mark places no faster than they may, each by themselves: a user wherever they are, guests by their address', async () => {
    let now = 0;
    const { comments, document } = createInMemory(undefined, new AnchorPace(1, () => now));
    document.getText('body').insert(0, 'some words');
    const anchor = { start: positionIn(document, 0), end: positionIn(document, 4) };
    const from = (id: string, remoteAddress: string) =>
      ({ ...call, speaker: { author: { id, name: 'Somebody' }, role: 'commenter', remoteAddress } }) as const;
    const thread = await comments.start(from('ada', '10.0.0.1'), { text: 'x', anchor });
    const tooFast = { code: 'too-many-anchors', retryAfterSeconds: 60 };
    await expect(comments.start(from('ada', '10.0.0.2'), { text: 'x', anchor })).rejects.toMatchObject(tooFast);
    const again = { ...from('ada', '10.0.0.1'), thread: thread.id };
    await expect(comments.anchor(again, anchor)).rejects.toMatchObject(tooFast);
    await comments.start(from('ada', '10.0.0.1'), { text: 'about all of it' });
    await comments.start(from('', '10.0.0.1'), { text: 'x', anchor });
    await expect(comments.start(from('', '10.0.0.1'), { text: 'x', anchor })).rejects.toMatchObject(tooFast);
    await comments.start(from('', '10.0.0.2'), { text: 'x', anchor });
    now = 60_000;
    await comments.anchor(again, anchor);
  });

  it('[G4] leave room in the document for those who may edit it', async () => {
    const shares: (number | undefined)[] = [];
    const { comments, document } = createInMemory(async (share) => void shares.push(share));
    document.getText('body').insert(0, 'some words');
    const anchor = { start: positionIn(document, 0), end: positionIn(document, 4) };
    await comments.start(call, { text: 'x', anchor });
    await comments.start({ ...call, speaker: { ...speaker, role: 'editor' } }, { text: 'x', anchor });
    // What is said is written into a document of its own, which nobody else needs room in.
    expect(shares).toEqual([7 / 8, undefined, 1, undefined]);
  });

  it('[G4] whose mark is gone already cost no copy of the document when they go', async () => {
    let edits = 0;
    const { comments } = createInMemory(async () => {
      edits += 1;
    });
    const thread = await comments.start(call, { text: 'x' });
    await comments.remove({ ...call, thread: thread.id });
    expect(edits).toBe(2);
  });

  it('[G4] wait for each other on one document, but not without end', async () => {
    const gate = Promise.withResolvers<void>();
    const { comments } = createInMemory(() => gate.promise);
    const asked = Array.from({ length: 40 }, () => comments.start(call, { text: 'x' }));
    const outcomes = Promise.allSettled(asked);
    await expect(asked.at(-1)).rejects.toMatchObject({ code: 'overloaded' });
    gate.resolve();
    const kept = (await outcomes).filter(({ status }) => status === 'fulfilled');
    expect(kept.length).toBeGreaterThan(0);
    expect(kept.length).toBeLessThan(40);
    expect(await comments.list(PLAN)).toHaveLength(kept.length);
    await comments.start(call, { text: 'and on' });
  });
});
