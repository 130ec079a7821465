import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { HttpSocket } from './http-socket.ts';
import { addRoute } from './route.ts';
import { createFakeEnvironment } from './testing/fake-environment.ts';
import { ManualClock } from './testing/manual-clock.ts';
import { openStage, type Stage } from './testing/stage.ts';
import { untilTrue } from './testing/until.ts';

describe('what a load balancer is told', () => {
  it.each([
    ['ws://h/collab', 'plan', 'ws://h/collab?document=plan'],
    ['ws://h/collab', 'team/plan', 'ws://h/collab?document=team%2Fplan'],
    ['ws://h/collab', 'ä & b+c/', 'ws://h/collab?document=%C3%A4%20%26%20b%2Bc%2F'],
    ['wss://h/live/collab?region=eu', 'plan', 'wss://h/live/collab?region=eu&document=plan'],
    ['ws://h/collab', '~comments/team/plan', 'ws://h/collab?document=team%2Fplan'],
    ['ws://h/collab?document=ours', 'plan', 'ws://h/collab?document=ours'],
  ])('to %s for %s', (url, name, expected) => {
    expect(addRoute(url, name)).toBe(expected);
  });

  it('is written as in the paths of the API, and means the name', () => {
    for (const name of ["l'été (1)! *~", 'a%2Fb', '100 %', 'x?y#z']) {
      const url = addRoute('ws://h/collab', name);
      expect(new URL(url).searchParams.get('document')).toBe(name);
      // An apostrophe is the one that an address may spell in two ways.
      expect(url.replaceAll('%27', "'")).toBe(`ws://h/collab?document=${encodeURIComponent(name)}`);
    }
  });

  it('is the same to the byte in every request of a session over HTTP', async () => {
    const asked: string[] = [];
    const pong = btoa(String.fromCharCode(0x8a, 0));
    const answer: typeof fetch = async (given, request) => {
      const url = String(given);
      asked.push(new URL(url).search);
      if (request?.method !== 'POST') return new Response(`id: 1\ndata: ${pong}\n\n`);
      return url.includes('/http/x')
        ? new Response(null, { status: 204 })
        : Response.json({ session: 'x' }, { status: 201 });
    };
    const surroundings = { clock: new ManualClock(), environment: createFakeEnvironment(), fetch: answer };
    const url = addRoute('ws://h/collab', "a b/c!'()*~");
    const socket = new HttpSocket(url, surroundings);
    socket.addEventListener('open', () => socket.send(new Uint8Array([1])));
    await untilTrue(() => asked.some((search) => search.includes('from=')));
    socket.close();
    await untilTrue(() => asked.length >= 4);
    const { search } = new URL(url);
    for (const one of asked) expect(one === search || one.startsWith(`${search}&`)).toBe(true);
  });
});

describe('a socket', () => {
  let stage: Stage;
  beforeEach(async () => {
    stage = await openStage();
  });
  afterEach(async () => {
    await stage.close();
  });

  it('is opened for the first document, and stays so while others come, it goes, and the connection breaks', async () => {
    const client = stage.connect();
    const [first, second] = [client.open('team/first'), client.open('second')];
    await Promise.all([first.whenSaved(), second.whenSaved()]);
    first.leave();
    stage.peer.drop();
    await untilTrue(() => stage.peer.open.length === 1 && stage.peer.connections.length === 2);
    await second.whenSaved();
    expect(stage.peer.connections.map(({ url }) => url)).toEqual([
      '/collab?document=team%2Ffirst',
      '/collab?document=team%2Ffirst',
    ]);
  });

  it('that rested because nobody had a document open is opened for the next one', async () => {
    const clock = new ManualClock();
    const client = stage.connect({ clock });
    const room = client.open('one');
    await room.whenSaved();
    room.leave();
    clock.advance(10_000);
    await untilTrue(() => stage.peer.open.length === 0);
    await client.open('two').whenSaved();
    expect(stage.peer.connections.map(({ url }) => url)).toEqual(['/collab?document=one', '/collab?document=two']);
  });
});
