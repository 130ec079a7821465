import { createHmac } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { COMMENTS_PREFIX, commentAttribute } from '@quire/protocol';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import * as Y from 'yjs';
import type { Client, Comments, Room, TextRange } from './api.ts';
import { createCommentCalls } from './comment-calls.ts';
import { connect } from './connect.ts';
import { ManualClock } from './testing/manual-clock.ts';
import { type RunningServer, serve } from './testing/serve.ts';
import { openStage, type Stage } from './testing/stage.ts';
import { until, untilState, untilTrue } from './testing/until.ts';

const SECRET = 'a secret of the tests that is long enough';
const PLAN = 'team/plan';
const COMPANION = `${COMMENTS_PREFIX}${PLAN}`;

let data: string;
let server: RunningServer;
let clients: Client[];

beforeEach(async () => {
  data = await mkdtemp(join(tmpdir(), 'quire-sdk-comments-'));
  clients = [];
  server = await serve(0, data, { QUIRE_JWT_SECRETS: SECRET });
});

afterEach(async () => {
  vi.restoreAllMocks();
  for (const client of clients) client.close();
  await server.kill();
  await rm(data, { recursive: true, force: true });
});

describe('comments against a real server', () => {
  it('a commenter begins a thread on a range of a text that they may not change; everybody sees both at once', async () => {
    const room = await writeText('The quick fox');
    const cleo = clientOf('cleo', 'commenter');
    const view = cleo.open(PLAN);
    const { comments } = view;
    await Promise.all([untilState(view, 'view-only'), untilState(comments, 'saved')]);
    expect([view.status.get().canEdit, comments.status.get().canEdit]).toEqual([false, true]);

    const started = await comments.start('Which one?', rangeOf(view, 4, 9));
    expect(started).toMatchObject({ author: { id: 'cleo', name: 'cleo' }, quote: 'quick' });
    const { comments: others } = clientOf('rita', 'reader').open(PLAN);
    const [thread] = await until(others.threads, (threads) => threads.length === 1);
    expect(thread).toEqual(started);
    const marked = [
      { insert: 'The ' },
      { insert: 'quick', attributes: { [commentAttribute(started.id)]: { thread: started.id } } },
      { insert: ' fox' },
    ];
    await untilTrue(() => JSON.stringify(textOf(room).toDelta()) === JSON.stringify(marked));
  });

  it('threads are answered, changed, settled and taken back, live', async () => {
    await writeText('The quick fox');
    const [cleo, ben] = [
      clientOf('cleo', 'commenter').open(PLAN).comments,
      clientOf('ben', 'commenter').open(PLAN).comments,
    ];
    const { id } = await cleo.start('About all of it');
    const reply = await ben.reply(id, 'Wel');
    await ben.change(id, reply.id, 'Well');
    await ben.resolve(id);
    const [settled] = await until(
      cleo.threads,
      ([thread]) => thread?.resolved !== null && thread?.comments.length === 2,
    );
    expect(settled).toMatchObject({
      resolved: { by: { id: 'ben' } },
      comments: [{ text: 'About all of it' }, { text: 'Well' }],
    });
    await cleo.reopen(id);
    await until(ben.threads, ([thread]) => thread?.resolved === null);
    await expect(cleo.withdraw(id, reply.id)).rejects.toMatchObject({ code: 'refused', problem: 'forbidden' });
    await ben.withdraw(id, reply.id);
    await cleo.remove(id);
    await until(ben.threads, (threads) => threads.length === 0);
    await expect(ben.reply(id, 'too late')).rejects.toMatchObject({ problem: 'unknown-thread' });
  });

  it('a range that was typed a moment ago is found: what is about it waits until it is saved', async () => {
    const room = await writeText('Old. ');
    const comments = clients[0]?.open(PLAN).comments as Comments;
    textOf(room).insert(5, 'brand new');
    const thread = await comments.start('Is it?', rangeOf(room, 5, 10));
    expect(thread.quote).toBe('brand');
    const moved = await comments.anchor(thread.id, rangeOf(room, 11, 14));
    expect(moved.quote).toBe('new');
    await comments.unanchor(thread.id);
    await untilTrue(() => JSON.stringify(textOf(room).toDelta()) === JSON.stringify([{ insert: 'Old. brand new' }]));
  });

  it('[G6] a reader follows them and says nothing', async () => {
    await writeText('text');
    const { comments: rita } = clientOf('rita', 'reader').open(PLAN);
    const status = await untilState(rita, 'view-only');
    expect(await rita.you()).toEqual({ id: 'rita', name: 'rita', role: 'reader' });
    expect(status.canEdit).toBe(false);
    await expect(rita.start('Hello?')).rejects.toMatchObject({ code: 'refused', problem: 'forbidden', status: 403 });
    expect(rita.threads.get()).toEqual([]);
  });

  it('who one is is asked for without all that was ever said', async () => {
    await writeText('text');
    const { comments: cleo } = clientOf('cleo', 'commenter').open(PLAN);
    for (const text of ['one', 'two', 'three']) await cleo.start(text);
    const { fetch } = globalThis;
    const threads: number[] = [];
    vi.spyOn(globalThis, 'fetch').mockImplementation(async (...request) => {
      const answer = await fetch(...request);
      threads.push((await answer.clone().json()).threads.length);
      return answer;
    });
    expect(await cleo.you()).toMatchObject({ id: 'cleo' });
    expect(threads).toEqual([1]); // a page holds no fewer
  });

  it('who one is is read of a server that writes threads otherwise, too', async () => {
    const { comments } = clientOf('cleo', 'commenter').open(PLAN);
    const you = { id: 'cleo', name: 'Cleo', role: 'commenter' };
    vi.spyOn(globalThis, 'fetch').mockResolvedValue(Response.json({ threads: [{ begun: 'anew' }], next: null, you }));
    expect(await comments.you()).toEqual(you);
  });

  it('[G1] what was said is there after the server was killed, and goes on from there', async () => {
    await writeText('text');
    const { comments } = clientOf('cleo', 'commenter').open(PLAN);
    const { id } = await comments.start('first');
    await comments.reply(id, 'second');
    await server.kill();
    server = await serve(server.port, data, { QUIRE_JWT_SECRETS: SECRET });
    const { comments: anew } = clientOf('ben', 'commenter').open(PLAN);
    const [thread] = await until(anew.threads, (threads) => threads.length === 1);
    expect(thread?.comments.map(({ text }) => text)).toEqual(['first', 'second']);
    await untilTrue(() =>
      comments.reply(id, 'third').then(
        () => true,
        () => false,
      ),
    );
    await until(anew.threads, ([found]) => found?.comments.length === 3);
  });

  it('[R14] are over with their document, and begin anew with its next life', async () => {
    await writeText('old');
    const owner = clientOf('olga', 'owner');
    const room = owner.open(PLAN);
    const { comments } = room;
    await comments.start('old');
    await until(comments.threads, (threads) => threads.length === 1);
    await owner.documents.deleteForGood(PLAN);
    await untilState(comments, 'gone');
    room.leave();
    await writeText('new');
    const { comments: anew } = clientOf('cleo', 'commenter').open(PLAN);
    await anew.whenLoaded();
    expect(anew.threads.get()).toEqual([]);
    await anew.start('new');
    await until(anew.threads, (threads) => threads.length === 1);
  });

  it('can be opened before their document is there, and are no document in any list', async () => {
    const client = clientOf('ada', 'editor');
    const { comments } = client.open(PLAN);
    await comments.whenLoaded();
    await expect(comments.start('too early')).rejects.toMatchObject({ problem: 'unknown-document' });
    await writeText('text');
    await comments.start('now');
    const { documents } = await client.documents.list();
    expect(documents.map(({ name }) => name)).toEqual([PLAN]);
    const { comments: none } = client.open(`${COMMENTS_PREFIX}plan`);
    const { reason, error } = await untilState(none, 'cannot-save');
    expect([reason, error?.code]).toEqual([expect.stringMatching(/^Not a document name: /), 'bad-document-name']);
    await expect(none.whenLoaded()).rejects.toMatchObject({ code: 'bad-document-name' });
  });
});

describe('calls on comments', () => {
  it('are given up when their signals say so', async () => {
    await writeText('The quick fox');
    const room = clientOf('ada', 'editor').open(PLAN);
    await room.whenLoaded();
    const { comments } = clientOf('cleo', 'editor').open(PLAN);
    const { id, comments: said } = await comments.start('About all of it');
    const first = said[0]?.id ?? '';
    const range = rangeOf(room, 4, 9);
    const given = { signal: AbortSignal.abort(new Error('not needed')) };
    const calls = [
      () => comments.you(given),
      () => comments.start('too late', undefined, given),
      () => comments.start('too late', range, given),
      () => comments.reply(id, 'too late', given),
      () => comments.change(id, first, 'too late', given),
      () => comments.withdraw(id, first, given),
      () => comments.resolve(id, given),
      () => comments.reopen(id, given),
      () => comments.remove(id, given),
      () => comments.anchor(id, range, given),
      () => comments.unanchor(id, given),
    ];
    for (const call of calls) await expect(call()).rejects.toThrow('not needed');
    await comments.reply(id, 'the last');
    const [thread] = await until(comments.threads, ([found]) => found?.comments.length === 2);
    expect([thread?.comments.map(({ text }) => text), thread?.resolved, thread?.quote]).toEqual([
      ['About all of it', 'the last'],
      null,
      '',
    ]);
  });

  it('about a text that can not be saved send nothing, and say so', async () => {
    const clock = new ManualClock();
    const asked = vi.fn<typeof fetch>();
    const room = new Y.Doc().getText('body');
    const at = Y.createRelativePositionFromTypeIndex(room, 0);
    const calls = createCommentCalls({
      document: PLAN,
      api: { baseUrl: 'http://server', getToken: async () => '', clock, fetch: asked },
      findGuest: () => undefined,
      whenTextSaved: () => new Promise(() => {}),
    });
    const message = expect.stringContaining('nothing was sent');
    const outcomes = [
      calls.start('Is it?', { start: at, end: at }),
      calls.anchor('a thread', { start: at, end: at }),
    ].map((call) => expect(call).rejects.toMatchObject({ code: 'not-saved', retryable: true, message }));
    clock.advance(15_000);
    await Promise.all(outcomes);
    expect(asked).not.toHaveBeenCalled();
  });
});

describe('comments of a room', () => {
  let stage: Stage;
  beforeEach(async () => {
    stage = await openStage();
  });
  afterEach(async () => {
    await stage.close();
  });

  const heardOf = (document: string) =>
    stage.peer.connections.flatMap(({ heard }) => heard.filter((frame) => frame.document === document));

  it('are opened when somebody first looks at them, once, and closed with the last opening of the room', async () => {
    const client = stage.connect();
    const [one, other] = [client.open(PLAN), client.open(PLAN)];
    await one.whenSaved();
    expect(heardOf(COMPANION)).toEqual([]);
    await Promise.all([one.comments.whenLoaded(), other.comments.whenLoaded()]);
    expect(one.comments.threads).toBe(one.comments.threads);
    expect(heardOf(COMPANION).filter(({ kind }) => kind === 'token')).toHaveLength(1);
    one.leave();
    await untilState(other.comments, 'saved');
    other.leave();
    await untilTrue(() => heardOf(COMPANION).at(-1)?.kind === 'close');
  });

  it('are not opened by who reads what is there, and tell who then subscribes all that is new to them', async () => {
    const client = stage.connect();
    const [one, other] = [client.open(PLAN), client.open(PLAN)];
    await one.whenSaved();
    expect([one.comments.threads.get(), one.comments.status.get().state]).toEqual([[], 'connecting']);
    expect(heardOf(COMPANION)).toEqual([]);
    await one.comments.whenLoaded();
    await untilState(one.comments, 'saved');
    expect(other.comments.status.get().state).toBe('connecting');
    await untilState(other.comments, 'saved');
    expect(heardOf(COMPANION).filter(({ kind }) => kind === 'token')).toHaveLength(1);
  });

  it('that nobody looked at before the room was left stay closed, and say so', async () => {
    const room = stage.connect().open(PLAN);
    await room.whenSaved();
    room.leave();
    const { threads, status } = room.comments;
    expect(threads.get()).toEqual([]);
    threads.subscribe(() => {});
    const { error } = await until(status, ({ state }) => state === 'cannot-save');
    expect(error).toMatchObject({ code: 'room-closed' });
    await expect(room.comments.whenLoaded()).rejects.toMatchObject({ code: 'room-closed' });
    expect(heardOf(COMPANION)).toEqual([]);
  });

  it('are signed by guests with the name that they have in presence, as far as the server takes it', async () => {
    const room = stage.connect().open(PLAN);
    const bodies: string[] = [];
    vi.spyOn(globalThis, 'fetch').mockImplementation(async (_, { body = null, method } = {}) => {
      if (method === 'POST') bodies.push(String(body));
      return new Response(null, { status: 500 });
    });
    for (const name of ['A'.repeat(70), `${'A'.repeat(59)}🙂`]) {
      room.presence.setPerson({ name, color: '#2563eb' });
      await expect(room.comments.start('Hello')).rejects.toMatchObject({ code: 'refused' });
    }
    expect(bodies).toEqual([60, 59].map((length) => JSON.stringify({ text: 'Hello', guest: 'A'.repeat(length) })));
  });
});

/** An editor's room with this text in it, saved. */
async function writeText(text: string): Promise<Room> {
  const room = clientOf('ada', 'editor').open(PLAN);
  await room.whenLoaded();
  textOf(room).insert(0, text);
  await room.whenSaved();
  return room;
}

const textOf = (room: Room) => room.doc.getText('body');

function rangeOf(room: Room, from: number, to: number): TextRange {
  const [start, end] = [from, to].map((index) => Y.createRelativePositionFromTypeIndex(textOf(room), index, -1));
  return { start, end } as TextRange;
}

function clientOf(user: string, role: string): Client {
  const token = signToken({ sub: user, grants: [{ documents: 'team/*', role }] });
  const client = connect({ url: `ws://127.0.0.1:${server.port}/collab`, token, offline: false });
  clients.push(client);
  return client;
}

function signToken(claims: object): string {
  const encode = (part: object): string => Buffer.from(JSON.stringify(part)).toString('base64url');
  const expires = Math.floor(Date.now() / 1_000) + 3_600;
  const unsigned = `${encode({ alg: 'HS256' })}.${encode({ ...claims, exp: expires })}`;
  return `${unsigned}.${createHmac('sha256', SECRET).update(unsigned).digest('base64url')}`;
}
