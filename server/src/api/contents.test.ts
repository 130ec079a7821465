import {
  contentTypes,
  type DocumentName,
  documentListSchema,
  documentSchema,
  MAX_CONTENT_BYTES,
  MAX_UPDATE_BYTES,
  shareLinkListSchema,
  threadListSchema,
} from '@quire/protocol';
import { joinWithHocuspocus, until } from '@quire/testing';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import * as Y from 'yjs';
import { type ApiServer, problemIn, readStored, startApiServer } from '../testing/api-server.ts';

const plan = 'team/plan' as DocumentName;
const PLAN = '/documents/team%2Fplan';
const BYTES = 'application/octet-stream';

let stage: ApiServer;
const ends: (() => unknown)[] = [];
beforeEach(async () => {
  stage = await startApiServer();
  await stage.server.documents.create({ name: plan, title: 'Plan' });
});
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end();
  await stage.stop();
});

function join(doc = new Y.Doc()) {
  const person = joinWithHocuspocus(stage.server.url.replace('http', 'ws'), plan, { doc });
  ends.push(() => person.leave());
  return person;
}

const put = (body: string, type: string, role?: 'reader' | 'editor') =>
  stage.ask(`${PLAN}/content`, { method: 'PUT', body, type, ...(role === undefined ? {} : { role }) });

async function contentAs(format: string): Promise<string> {
  const response = await stage.ask(`${PLAN}/content?format=${format}`);
  expect(response.status).toBe(200);
  return response.text();
}

async function updateOf(name: string): Promise<Y.Doc> {
  const response = await stage.ask(`/documents/${encodeURIComponent(name)}/update`);
  expect([response.status, response.headers.get('content-type')]).toEqual([200, BYTES]);
  const doc = new Y.Doc();
  Y.applyUpdate(doc, new Uint8Array(await response.arrayBuffer()));
  return doc;
}

function write(text: string, doc = new Y.Doc()): Uint8Array<ArrayBuffer> {
  const before = Y.encodeStateVector(doc);
  doc.getText('body').insert(doc.getText('body').length, text);
  return new Uint8Array(Y.encodeStateAsUpdate(doc, before));
}

const post = (body: Uint8Array<ArrayBuffer>, path = PLAN) => stage.ask(`${path}/update`, { body, type: BYTES });

describe('the text of a document', () => {
  const texts = [
    ['markdown', '# Title\n\nHello **there**\n\n- [x] done\n- [ ] open\n'],
    [
      'html',
      '<h1>Title</h1><p>Hello <strong>there</strong></p><hr><table><tbody><tr><td><p>a</p></td></tr></tbody></table>',
    ],
    ['text', 'one line\nand another\n'],
    [
      'json',
      '{"type":"doc","content":[{"type":"heading","attrs":{"level":2},"content":[{"type":"text","text":"Hi"}]}]}',
    ],
  ] as const;

  it.each(texts)('[G1] goes in as %s, is on disk by the answer, and comes out as it went in', async (format, text) => {
    expect((await put(text, contentTypes[format])).status).toBe(204);
    expect((await readStored(stage.store, plan)).getXmlFragment('default').length).toBeGreaterThan(0);
    expect(await contentAs(format)).toBe(text);
  });

  it('[G2] shows at once to those who have the document open, and they write on', async () => {
    const { doc } = join();
    await put('first\nsecond\n', contentTypes.text);
    const fragment = doc.getXmlFragment('default');
    await until(() => fragment.length === 2, { what: 'both' });
    const second = fragment.get(1);
    await put('before\nfirst\nsecond\n', contentTypes.text);
    await until(() => fragment.length === 3, { what: 'three' });
    // What stayed as it was is what it was: whoever has their caret in it keeps it.
    expect(fragment.get(2)).toBe(second);
  });

  it('is not shown as a page that runs, whatever is in it', async () => {
    await put(
      '<p><a href="javascript:alert(1)">x</a><script>alert(1)</script><img src="data:text/html,x"></p>',
      contentTypes.html,
    );
    const response = await stage.ask(`${PLAN}/content?format=html`);
    expect(await response.text()).toBe('<p>x</p>');
    expect(response.headers.get('content-security-policy')).toBe("default-src 'none'; sandbox");
  });

  it.each([
    ['json', '{', 400, 'bad-content'],
    ['json', '{"type":"doc","content":[{"type":"marquee"}]}', 400, 'bad-content'],
    ['json', '{"type":"doc","content":[{"type":"text","text":"loose"}]}', 400, 'bad-content'],
    ['json', '{"type":"paragraph"}', 400, 'bad-content'],
    ['html', '<div>'.repeat(1_000), 400, 'bad-content'],
    ['text', '\n'.repeat(30_000), 413, 'content-too-large'],
    ['text', 'x'.repeat(MAX_CONTENT_BYTES + 1), 413, 'body-too-large'],
  ] as const)('[G3] of %s that can not be taken in nothing is (%#)', async (format, text, status, code) => {
    await put('as it was\n', contentTypes.text);
    expect(await problemIn(await put(text, contentTypes[format]))).toEqual([status, code]);
    expect(await contentAs('text')).toBe('as it was\n');
  });

  it('[G6] is for readers to have, and for editors to change', async () => {
    expect(await problemIn(await put('x', contentTypes.text, 'reader'))).toEqual([403, 'forbidden']);
    expect((await stage.ask(`${PLAN}/content`, { role: 'reader' })).status).toBe(200);
    expect((await put('x', contentTypes.text, 'editor')).status).toBe(204);
  });

  it('[G8] is written into history under whoever replaced it', async () => {
    await put('x', contentTypes.text, 'editor');
    const authors: string[] = [];
    for await (const { updates } of stage.store.history(plan)) authors.push(...updates.map(({ author }) => author));
    expect(authors).toContain('editor');
  });

  it('says what it takes of a type that it does not, and creates nothing', async () => {
    expect(await problemIn(await put('x', 'application/pdf'))).toEqual([415, 'unsupported-media-type']);
    const none = await stage.ask('/documents/none/content', { method: 'PUT', body: 'x', type: contentTypes.text });
    expect(await problemIn(none)).toEqual([404, 'unknown-document']);
    expect(await stage.store.stat('none')).toBeNull();
  });

  it('[G3] is no rich text where somebody else’s editor has something else there, and stays what it is', async () => {
    const doc = new Y.Doc();
    doc.getText('default').insert(0, 'plain');
    await post(new Uint8Array(Y.encodeStateAsUpdate(doc)));
    expect(await problemIn(await stage.ask(`${PLAN}/content`))).toEqual([409, 'other-content']);
    expect(await problemIn(await put('x', contentTypes.text))).toEqual([409, 'other-content']);
    expect((await updateOf(plan)).getText('default').toString()).toBe('plain');
  });
});

describe('a document as a Yjs update', () => {
  it('[G1] goes in, is on disk by the answer, and comes out whole', async () => {
    expect((await post(write('hello'))).status).toBe(204);
    expect((await readStored(stage.store, plan)).getText('body').toString()).toBe('hello');
    expect((await updateOf(plan)).getText('body').toString()).toBe('hello');
  });

  it('comes out as what somebody lacks who says what they have', async () => {
    const doc = new Y.Doc();
    await post(write('one', doc));
    const since = Buffer.from(Y.encodeStateVector(await updateOf(plan))).toString('base64url');
    await post(write('two', doc));
    const answer = await stage.ask(`${PLAN}/update?since=${since}`);
    const { structs } = Y.decodeUpdate(new Uint8Array(await answer.arrayBuffer()));
    expect(structs.map((struct) => struct instanceof Y.Item && struct.content.getContent().join(''))).toEqual(['two']);
    const nonsense = Buffer.from('nonsense').toString('base64url');
    expect(await problemIn(await stage.ask(`${PLAN}/update?since=${nonsense}`))).toEqual([400, 'bad-request']);
  });

  it('[G2] reaches those who have it open, and may be sent again', async () => {
    const { doc } = join();
    const update = write('hello');
    expect((await post(update)).status).toBe(204);
    expect((await post(update)).status).toBe(204);
    await until(() => doc.getText('body').toString() === 'hello', { what: 'the text' });
    const entries = await stage.store.entries({ incarnation: stage.store.incarnation, after: 0, limit: 100 });
    expect(entries.filter(({ updates }) => updates.some((each) => each.update.length === update.length))).toHaveLength(
      1,
    );
  });

  it('[R3] that builds on what is not there is refused, and nothing of it waits', async () => {
    const doc = new Y.Doc();
    write('missing', doc);
    expect(await problemIn(await post(write('more', doc)))).toEqual([409, 'incomplete-update']);
    expect((await updateOf(plan)).store.pendingStructs).toBeNull();
  });

  it('[R14] of a life that is over is refused in the next', async () => {
    const doc = new Y.Doc();
    await post(write('old', doc));
    await stage.ask(PLAN, { method: 'DELETE' });
    await stage.server.documents.create({ name: plan });
    expect(await problemIn(await post(write('more', doc)))).toEqual([409, 'stale-epoch']);
    expect(await problemIn(await post(new Uint8Array(Y.encodeStateAsUpdate(doc))))).toEqual([409, 'stale-epoch']);
    expect((await updateOf(plan)).getText('body').toString()).toBe('');
  });

  it.each([
    ['nothing', new Uint8Array(), 400, 'bad-update'],
    ['nonsense', new TextEncoder().encode('{"insert":"hello"}'), 400, 'bad-update'],
    ['too much', new Uint8Array(MAX_UPDATE_BYTES + 1), 413, 'body-too-large'],
  ] as const)('[G4] is refused when it is %s', async (_, body, status, code) => {
    expect(await problemIn(await post(body))).toEqual([status, code]);
  });

  it('[G6] is asked for by readers, and merged for editors', async () => {
    const asReader = await stage.ask(`${PLAN}/update`, { body: write('x'), type: BYTES, role: 'reader' });
    expect(await problemIn(asReader)).toEqual([403, 'forbidden']);
    expect((await stage.ask(`${PLAN}/update`, { role: 'reader' })).status).toBe(200);
    expect(await problemIn(await stage.ask(`${PLAN}/update`, { body: 'x', type: 'text/plain' }))).toEqual([
      415,
      'unsupported-media-type',
    ]);
  });
});

describe('[G4] a document that is full', () => {
  it('takes no update and no text that would make it larger', async () => {
    await stage.stop();
    stage = await startApiServer({ maxDocumentBytes: 10_000 });
    await stage.server.documents.create({ name: plan });
    expect(await problemIn(await post(write('x'.repeat(20_000))))).toEqual([413, 'document-too-large']);
    expect(await problemIn(await put('x'.repeat(20_000), contentTypes.text))).toEqual([413, 'document-too-large']);
    expect(await contentAs('text')).toBe('');
  });
});

describe('a copy', () => {
  it('[G1] is a document of its own with the same content, on disk by the answer', async () => {
    await put('# Hello\n', contentTypes.markdown);
    const response = await stage.ask(`${PLAN}/copy`, { method: 'POST' });
    expect(response.status).toBe(201);
    const copied = documentSchema.parse(await response.json());
    expect(response.headers.get('location')).toBe(`/v1/documents/${encodeURIComponent(copied.name)}`);
    expect(copied).toMatchObject({ title: 'Plan' });
    expect((await readStored(stage.store, copied.name)).getXmlFragment('default').toString()).toContain('Hello');
    await put('# Changed\n', contentTypes.markdown);
    const text = await stage.ask(`/documents/${copied.name}/content?format=text`);
    expect(await text.text()).toBe('Hello\n');
  });

  it('gets the name and the title that it is given, unless there is such a document', async () => {
    const copied = await stage.ask(`${PLAN}/copy`, { json: { name: 'team/next', title: 'Next' } });
    expect(await copied.json()).toMatchObject({ name: 'team/next', title: 'Next' });
    expect(await problemIn(await stage.ask(`${PLAN}/copy`, { json: { name: 'team/next' } }))).toEqual([
      409,
      'document-exists',
    ]);
    expect(await problemIn(await stage.ask('/documents/none/copy', { method: 'POST' }))).toEqual([
      404,
      'unknown-document',
    ]);
  });

  it('has none of the comments on what it is a copy of', async () => {
    await put('about this\n', contentTypes.text);
    const doc = await updateOf(plan);
    const paragraph = doc.getXmlFragment('default').get(0);
    const text = paragraph instanceof Y.XmlElement ? paragraph.get(0) : null;
    if (!(text instanceof Y.XmlText)) throw new Error('there is no text');
    const positionOf = (index: number) =>
      Buffer.from(Y.encodeRelativePosition(Y.createRelativePositionFromTypeIndex(text, index))).toString('base64');
    const anchor = { start: positionOf(0), end: positionOf(5) };
    expect((await stage.ask(`${PLAN}/threads`, { json: { text: 'Why?', anchor } })).status).toBe(201);
    expect(await contentAs('json')).toContain('"comment"');
    const copied = documentSchema.parse(await (await stage.ask(`${PLAN}/copy`, { method: 'POST' })).json());
    const content = await stage.ask(`/documents/${copied.name}/content`);
    expect(await content.text()).not.toContain('"comment"');
    const threads = threadListSchema.parse(await (await stage.ask(`/documents/${copied.name}/threads`)).json());
    expect(threads.threads).toEqual([]);
    // And text that is replaced around a comment leaves it where it is.
    await put('about this\nand that\n', contentTypes.text);
    expect(await contentAs('json')).toContain('"comment"');
  });

  it('[G6] is for whoever may read the one, and edit what the other is called', async () => {
    const asked = await stage.ask(`${PLAN}/copy`, { method: 'POST', role: 'reader' });
    expect(await problemIn(asked)).toEqual([403, 'forbidden']);
  });
});

describe('a search by title', () => {
  beforeEach(async () => {
    for (let number = 0; number < 60; number += 1) {
      const title = number % 10 === 0 ? `Ⅸ Garden PLAN ${number}` : `Notes ${number}`;
      await stage.server.documents.create({ name: `many/${String(number).padStart(2, '0')}` as DocumentName, title });
    }
  });

  async function search(query: string): Promise<string[][]> {
    const pages: string[][] = [];
    for (let after = ''; ; ) {
      const response = await stage.ask(`/documents?prefix=many/&${query}${after}`);
      const { documents, next } = documentListSchema.parse(await response.json());
      pages.push(documents.map(({ name }) => name));
      if (next === null) return pages;
      after = `&after=${encodeURIComponent(next)}`;
    }
  }

  it('finds those that hold all of its words, whatever their order, their case and how they are written', async () => {
    const all = ['many/00', 'many/10', 'many/20', 'many/30', 'many/40', 'many/50'];
    expect((await search('search=plan%20garden')).flat()).toEqual(all);
    expect((await search('search=ix')).flat()).toEqual(all);
    expect((await search('search=plan%20notes')).flat()).toEqual([]);
    expect((await search('search=garden&order=recent')).flat()).toEqual(all.reverse());
    expect((await search('search=%20')).flat()).toHaveLength(60);
  });

  it('goes on where a page ended, and finds each once', async () => {
    const pages = await search('search=garden&limit=4');
    expect(pages.flat()).toEqual(['many/00', 'many/10', 'many/20', 'many/30', 'many/40', 'many/50']);
    expect(Math.max(...pages.map(({ length }) => length))).toBeLessThanOrEqual(4);
    expect(pages.length).toBeGreaterThan(1);
  });
});

describe('lists of threads and of links', () => {
  const listings = {
    threads: { add: { text: 'Why?' }, idsOf: (answer: unknown) => threadListSchema.parse(answer).threads.map(idOf) },
    links: { add: { role: 'reader' }, idsOf: (answer: unknown) => shareLinkListSchema.parse(answer).links.map(idOf) },
  };

  it.each(['threads', 'links'] as const)('come in pages, of fifty where nobody says otherwise: %s', async (field) => {
    const { add, idsOf } = listings[field];
    const made: string[] = [];
    for (let count = 0; count < 51; count += 1) {
      made.push(idOf((await (await stage.ask(`${PLAN}/${field}`, { json: add })).json()) as { readonly id: string }));
    }
    const pagesOf = async (query: string) => {
      const pages: (readonly string[])[] = [];
      for (let after = ''; ; ) {
        const answer = await (await stage.ask(`${PLAN}/${field}?${query}${after}`)).json();
        pages.push(idsOf(answer));
        const { next } = answer as { readonly next: string | null };
        if (next === null) return pages;
        after = `&after=${next}`;
      }
    };
    for (const [query, sizes] of [
      ['', [50, 1]],
      ['limit=20', [20, 20, 11]],
      ['limit=200', [51]],
    ] as const) {
      const pages = await pagesOf(query);
      expect(pages.map(({ length }) => length)).toEqual(sizes);
      expect(pages.flat().sort()).toEqual([...made].sort());
    }
    expect((await stage.ask(`${PLAN}/${field}?limit=201`)).status).toBe(400);
  });
});

function idOf({ id }: { readonly id: string }): string {
  return id;
}
