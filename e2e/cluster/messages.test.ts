import { type Client, connect } from '@quire/client';
import { type HocuspocusPerson, joinWithHocuspocus, type ServerCluster, startCluster, until } from '@quire/testing';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { z } from 'zod';

const eventSchema = z.object({ type: z.literal('quire.event'), name: z.string(), data: z.string(), id: z.string() });

let cluster: ServerCluster;
beforeAll(async () => {
  cluster = await startCluster({ nodes: 2 });
}, 60_000);
afterAll(() => cluster.close(), 60_000);

const leaving: (() => void)[] = [];
afterEach(() => {
  for (const leave of leaving.splice(0)) leave();
});

interface Listener {
  readonly heard: string[];
  say(text: string): void;
}

const isEvent = (payload: string): boolean => payload.startsWith('{"type":"quire.event"');

/** A page with the published provider. @param listens whether it asks for events, as docs/events.md says */
function joinWithProvider(
  node: number,
  document: string,
  listens: boolean,
): Listener & { readonly person: HocuspocusPerson; readonly isListening: boolean } {
  const person = joinWithHocuspocus(cluster.node(node).wsUrl, document);
  leaving.push(() => person.leave());
  const heard: string[] = [];
  let isListening = false;
  person.provider.on('stateless', ({ payload }: { readonly payload: string }) => {
    if (payload.startsWith('{"type":"quire.event.listening"')) isListening = true;
    if (isEvent(payload)) heard.push(eventSchema.parse(JSON.parse(payload)).data);
  });
  if (listens) {
    person.provider.on('synced', () => person.provider.sendStateless(JSON.stringify({ type: 'quire.event.listen' })));
  }
  const say = (data: string): void =>
    person.provider.sendStateless(JSON.stringify({ type: 'quire.event.send', ref: data, name: 'chat', data }));
  return {
    person,
    heard,
    say,
    get isListening() {
      return isListening;
    },
  };
}

async function joinWithSdk(node: number, document: string): Promise<Listener & { count(): number }> {
  const client: Client = connect({ url: `${cluster.node(node).wsUrl}/collab`, offline: false });
  leaving.push(() => client.close());
  const room = client.open<{ readonly chat: string }>(document);
  const heard: string[] = [];
  room.events.on('chat', ({ data }) => heard.push(data));
  await Promise.all([room.whenLoaded(), room.events.whenListening()]);
  const say = (data: string): void => void room.events.send('chat', data);
  return { heard, say, count: () => room.presence.people.get().length };
}

it('[G2] a stateless message of a published provider on one node is heard on the other, by it and by the SDK, once and in order', async () => {
  const ada = joinWithProvider(0, 'said', true);
  const ben = joinWithProvider(1, 'said', true);
  const eve = joinWithProvider(1, 'said', false);
  for (const { person } of [ada, ben, eve]) person.provider.setAwarenessField('user', { name: 'somebody' });
  const [cleo, dan] = [await joinWithSdk(0, 'said'), await joinWithSdk(1, 'said')];
  await until(() => [cleo, dan].every(({ count }) => count() === 5), { what: 'the nodes know of each other' });
  await until(() => [ada, ben, eve].every(({ person }) => person.provider.synced), { what: 'all are in' });
  await until(() => ada.isListening && ben.isListening, { what: 'the nodes tell Ada and Ben of events' });
  const words = Array.from({ length: 30 }, (_, index) => `a${index}`);
  for (const word of words) ada.say(word);
  dan.say('by the SDK');
  const listeners = [ada, ben, cleo, dan];
  await until(() => listeners.every(({ heard }) => heard.length >= words.length + 1), {
    what: () => `heard: ${listeners.map(({ heard }) => heard.length)}`,
  });
  // Whatever would come twice has come by then.
  ben.say('goodbye');
  await until(() => listeners.every(({ heard }) => heard.includes('goodbye')), { what: 'all hear the last' });
  for (const { heard } of listeners) {
    expect(heard.filter((text) => text.startsWith('a'))).toEqual(words);
    expect(heard.toSorted()).toEqual([...words, 'by the SDK', 'goodbye'].toSorted());
  }
  expect(eve.heard).toEqual([]);
}, 60_000);
