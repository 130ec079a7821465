import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import '../testing/page.ts';
import { cleanup, fireEvent, render, screen } from '@testing-library/react';
import { Activity, Component, type ReactNode, StrictMode, useEffect } from 'react';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import type { Client, Room } from '../api.ts';
import { connect } from '../connect.ts';
import { type CountedSockets, countSockets } from '../testing/counted-sockets.ts';
import { enter, type Visitor } from '../testing/react-people.tsx';
import { type RunningServer, serve } from '../testing/serve.ts';
import { until, untilTrue } from '../testing/until.ts';
import {
  isShallowEqual,
  type Other,
  QuireProvider,
  RoomProvider,
  useClient,
  useEvent,
  useOthers,
  usePresence,
  useRoom,
  useSharedArray,
  useSharedMap,
  useSharedText,
  useStatus,
  useTextField,
  useTyping,
} from './index.ts';

let data: string;
let server: RunningServer;
let sockets: CountedSockets;
let clients: Client[] = [];
let documents = 0;
let document: string;

beforeAll(async () => {
  data = await mkdtemp(join(tmpdir(), 'quire-react-'));
  server = await serve(0, data);
  sockets = countSockets();
});

afterEach(async () => {
  cleanup();
  for (const client of clients) client.close();
  clients = [];
  await untilTrue(() => sockets.open === 0);
  nextDocument();
});

afterAll(async () => {
  sockets.restore();
  await server.kill();
  await rm(data, { recursive: true, force: true });
});

function nextDocument(): string {
  documents += 1;
  document = `team/plan-${documents}`;
  return document;
}
nextDocument();

const url = () => `ws://127.0.0.1:${server.port}/collab`;
const visit = <T,>(useHook: () => T, person?: string): Visitor<T> =>
  enter({ url: url(), document, ...(person === undefined ? {} : { person }) }, useHook);

/** Somebody who uses no React. */
function watch(name = document): Room {
  const client = connect({ url: url() });
  clients.push(client);
  return client.open(name);
}

const textOf = (room: Room) => room.doc.getText('body');

/** What a stranger reads who opens the document now. */
async function readAnew(name = document): Promise<string> {
  const room = watch(name);
  await room.whenLoaded();
  const text = textOf(room).toString();
  room.leave();
  return text;
}

describe('what is shared', () => {
  it('[G1] [G2] two people write at once and are shown the same text, all of it saved', async () => {
    const [ada, ben] = [visit(() => useSharedText('body')), visit(() => useSharedText('body'))];
    await untilTrue(() => ada.now[0] !== null && ben.now[0] !== null);
    for (let round = 0; round < 20; round += 1) {
      ada.now[1].insert(0, 'a');
      ben.now[1].push('b');
    }
    await untilTrue(() => ada.now[0]?.length === 40 && ben.now[0] === ada.now[0]);
    await Promise.all([ada.room.whenSaved(), ben.room.whenSaved()]);
    expect(await readAnew()).toBe(ada.now[0]);
  });

  it('[G3] a text is never shown empty while it is on its way', async () => {
    const writer = watch();
    textOf(writer).insert(0, 'Hello');
    await writer.whenSaved();
    const ada = visit(() => useSharedText('body')[0]);
    await untilTrue(() => ada.now === 'Hello');
    expect(new Set(ada.renders)).toEqual(new Set([null, 'Hello']));
  });

  it('a text is set by what differs, so that what others write in the middle stays', async () => {
    const [ada, ben] = [visit(() => useSharedText('body')), visit(() => useSharedText('body'))];
    await untilTrue(() => ada.now[0] !== null && ben.now[0] !== null);
    ada.now[1].set('one two three');
    await untilTrue(() => ben.now[0] === 'one two three');
    const updates = vi.fn();
    ada.room.doc.on('afterTransaction', updates);
    ben.now[1].set('one two, three');
    ada.now[1].set('zero one two three');
    expect(updates).toHaveBeenCalledTimes(1);
    // In the place of the former text as a whole, each would be there twice.
    await untilTrue(() => ada.now[0] === 'zero one two, three' && ben.now[0] === ada.now[0]);
    ada.now[1].delete(0, 5);
    await untilTrue(() => ben.now[0] === 'one two, three');
  });

  it('a map is an object, changed field by field or several in one', async () => {
    interface Poll {
      readonly question: string;
      readonly votes: number;
    }
    const [ada, ben] = [visit(() => useSharedMap<Poll>('poll')), visit(() => useSharedMap<Poll>('poll'))];
    await untilTrue(() => ada.now[0] !== null);
    ada.now[1].update({ question: 'Tea?', votes: 1 });
    await untilTrue(() => isShallowEqual(ben.now[0], { question: 'Tea?', votes: 1 }));
    ben.now[1].set('votes', 2);
    await untilTrue(() => ada.now[0]?.votes === 2);
    ada.now[1].delete('question');
    expect(ada.room.doc.getMap('poll').toJSON()).toEqual({ votes: 2 });
    ada.now[1].clear();
    await untilTrue(() => isShallowEqual(ben.now[0], {}));
  });

  it('an array keeps the items that have not changed, as objects too', async () => {
    const [ada, ben] = [visit(() => useSharedArray<{ text: string }>('todos')), visit(() => useSharedArray('todos'))];
    await untilTrue(() => ada.now[0] !== null);
    const [, todos] = ada.now;
    todos.push({ text: 'a' }, { text: 'b' });
    todos.insert(1, { text: 'between' });
    await untilTrue(() => ben.now[0]?.length === 3);
    const [first, , last] = ben.now[0] ?? [];
    todos.set(1, { text: 'changed' });
    await untilTrue(() => JSON.stringify(ben.now[0]?.[1])?.includes('changed'));
    expect(ben.now[0]?.[0]).toBe(first);
    expect(ben.now[0]?.[2]).toBe(last);
    todos.delete(0);
    todos.clear();
    await untilTrue(() => ben.now[0]?.length === 0);
  });

  it('what is selected of it is compared as one says, from when there is something to compare', async () => {
    const ada = visit(() =>
      useSharedArray(
        'todos',
        (todos: readonly string[]) => todos.map((todo) => todo.toUpperCase()),
        (some, others) => some.length === others.length,
      ),
    );
    await untilTrue(() => ada.now[0] !== null);
    ada.now[1].push('a');
    await untilTrue(() => ada.now[0]?.length === 1);
    const renders = ada.renders.length;
    ada.now[1].set(0, 'b');
    await ada.room.whenSaved();
    expect([ada.now[0], ada.renders.length]).toEqual([['A'], renders]);
    ada.now[1].push('c');
    await untilTrue(() => ada.now[0]?.join() === 'B,C');
  });

  it('a field that two people type in keeps the caret of each where it is in the text', async () => {
    const ben = visit(() => useSharedText('body'));
    render(
      <QuireProvider url={url()}>
        <Notes name={document} />
      </QuireProvider>,
    );
    const field = screen.getByLabelText<HTMLTextAreaElement>('Notes');
    expect(field.readOnly).toBe(true);
    await untilTrue(() => !field.readOnly && ben.now[0] !== null);
    field.focus();
    fireEvent.change(field, { target: { value: 'Hello' } });
    await untilTrue(() => ben.now[0] === 'Hello');
    // Nothing is said of it before somebody else writes.
    field.setSelectionRange(3, 5);
    ben.now[1].insert(0, 'Oh. ');
    await untilTrue(() => field.value === 'Oh. Hello');
    expect([field.selectionStart, field.selectionEnd]).toEqual([7, 9]);
    ben.now[1].insert(9, '!');
    await untilTrue(() => field.value === 'Oh. Hello!');
    expect([field.selectionStart, field.selectionEnd]).toEqual([7, 9]);
  });

  it('a key changes nothing but what it types, though a field shows line breaks otherwise', async () => {
    const ben = visit(() => useSharedText('body'));
    await untilTrue(() => ben.now[0] !== null);
    ben.now[1].push('one\r\ntwo\r\nthree');
    render(
      <QuireProvider url={url()}>
        <Notes name={document} />
      </QuireProvider>,
    );
    const field = screen.getByLabelText<HTMLTextAreaElement>('Notes');
    await untilTrue(() => !field.readOnly && field.value !== '');
    const changes: unknown[] = [];
    textOf(ben.room).observe(({ delta }) => changes.push(delta));
    // As a browser has it; happy-dom would give back what it was given.
    fireEvent.change(field, { target: { value: 'one\ntwo!\nthree' } });
    await untilTrue(() => changes.length === 1);
    expect(changes).toEqual([[{ retain: 8 }, { insert: '!' }]]);
  });

  it('what an input method composes is left alone until it is done, and then written beside what others wrote', async () => {
    const ben = visit(() => useSharedText('body'));
    render(
      <QuireProvider url={url()}>
        <Notes name={document} />
      </QuireProvider>,
    );
    const field = screen.getByLabelText<HTMLTextAreaElement>('Notes');
    await untilTrue(() => !field.readOnly && ben.now[0] !== null);
    field.focus();
    fireEvent.change(field, { target: { value: 'Tokyo: ' } });
    await untilTrue(() => ben.now[0] === 'Tokyo: ');
    fireEvent.compositionStart(field);
    fireEvent.change(field, { target: { value: 'Tokyo: と' } });
    ben.now[1].insert(0, 'In ');
    const seen = screen.getByTestId('seen');
    await untilTrue(() => seen.textContent === 'In Tokyo: ');
    expect(field.value).toBe('Tokyo: と');
    fireEvent.change(field, { target: { value: 'Tokyo: とう' } });
    fireEvent.compositionEnd(field);
    await untilTrue(() => ben.now[0] === 'In Tokyo: とう' && field.value === ben.now[0]);
    expect(field.selectionStart).toBe('In Tokyo: とう'.length);
  });
});

interface Named {
  /** Of a document. */
  readonly name: string;
}

/** Each has a document open by itself. */
function State({ name }: Named) {
  return <p>{useStatus(useRoom(name), ({ state }) => state)}</p>;
}

function Others({ name }: Named) {
  return <p>{useOthers(useRoom(name), (others) => others.length)}</p>;
}

function Notes({ name }: Named) {
  const room = useRoom(name);
  return (
    <>
      <textarea aria-label="Notes" {...useTextField(room, 'body')} />
      <p data-testid="seen">{useSharedText(room, 'body')[0]}</p>
    </>
  );
}

describe('rooms and sockets', () => {
  it('in StrictMode, too, there is one socket and one person, and afterwards neither', async () => {
    const watcher = watch();
    await watcher.whenSaved();
    const before = sockets.opened;
    const page = render(
      <StrictMode>
        <QuireProvider url={url()}>
          <State name={document} />
          <Others name={document} />
        </QuireProvider>
      </StrictMode>,
    );
    await untilTrue(() => page.container.textContent === 'saved1');
    expect(sockets.opened - before).toBe(1);
    await until(watcher.presence.people, (people) => people.length === 2);
    page.unmount();
    await until(watcher.presence.people, (people) => people.length === 1);
    await untilTrue(() => sockets.open === 1);
  });

  it('another name leaves the former room and is never shown the former content', async () => {
    const [former, later] = [watch(), watch(`${document}-later`)];
    textOf(former).insert(0, 'former');
    textOf(later).insert(0, 'later');
    await Promise.all([former.whenSaved(), later.whenSaved()]);
    const opened = sockets.opened;
    const ada = visit(() => useSharedText('body')[0]);
    await untilTrue(() => ada.now === 'former');
    const rendersBefore = ada.renders.length;
    ada.goTo(later.name);
    await untilTrue(() => ada.now === 'later');
    expect(ada.renders.slice(rendersBefore)).not.toContain('former');
    await until(former.presence.people, (people) => people.length === 1);
    await until(later.presence.people, (people) => people.length === 2);
    expect(sockets.opened - opened).toBe(1);
  });

  it('a room is shared by the components that have it open, until the last of them goes', async () => {
    const watcher = watch();
    const Page = ({ count }: { readonly count: number }) => (
      <QuireProvider url={url()}>
        {Array.from({ length: count }, (_, at) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: they are counted, and nothing else
          <State key={at} name={document} />
        ))}
      </QuireProvider>
    );
    const page = render(<Page count={3} />);
    await untilTrue(() => page.container.textContent === 'saved'.repeat(3));
    expect(watcher.presence.people.get()).toHaveLength(2);
    page.rerender(<Page count={1} />);
    await watcher.events.send('anything');
    expect([page.container.textContent, watcher.presence.people.get().length]).toEqual(['saved', 2]);
    page.rerender(<Page count={0} />);
    await until(watcher.presence.people, (people) => people.length === 1);
  });

  it('[G1] what was written in the moment before a page goes is saved', async () => {
    const ada = visit(() => useSharedText('body'));
    await untilTrue(() => ada.now[0] !== null);
    ada.now[1].push('the last word');
    ada.leave();
    await untilTrue(() => sockets.open === 0);
    expect(await readAnew()).toBe('the last word');
  });

  it('a part of a page that is hidden leaves its room, and has it again when it is shown', async () => {
    const watcher = watch();
    const Page = ({ mode }: { readonly mode: 'visible' | 'hidden' }) => (
      <Activity mode={mode}>
        <QuireProvider url={url()}>
          <State name={document} />
        </QuireProvider>
      </Activity>
    );
    const page = render(<Page mode="visible" />);
    await untilTrue(() => page.container.textContent === 'saved');
    page.rerender(<Page mode="hidden" />);
    await until(watcher.presence.people, (people) => people.length === 1);
    await untilTrue(() => sockets.open === 1);
    page.rerender(<Page mode="visible" />);
    await until(watcher.presence.people, (people) => people.length === 2);
    await untilTrue(() => page.container.textContent === 'saved');
  });

  it('what can be no name of a document is said to the nearest error boundary', () => {
    const faults: unknown[] = [];
    const page = render(
      <QuireProvider url={url()}>
        <Catch onFault={(fault) => faults.push(fault)}>
          <State name={'a\u0000b'} />
        </Catch>
      </QuireProvider>,
      { onCaughtError: () => {} },
    );
    expect(page.container.textContent).toBe('caught');
    expect(faults).toEqual([expect.objectContaining({ code: 'bad-document-name' })]);
  });

  it('a hook with no room says so, and so does one with no client', () => {
    const attempt = (use: () => unknown) => () => render(<Attempt use={use} />);
    expect(attempt(() => useStatus())).toThrow('useStatus needs a room: give it one, or put a <RoomProvider>');
    expect(attempt(() => useRoom())).toThrow('useRoom needs the name of a document');
    expect(attempt(() => useRoom('plan'))).toThrow('useRoom needs a client: put a <QuireProvider>');
    expect(attempt(() => useClient())).toThrow('useClient needs a client');
  });

  it('the client of a provider is there for what has no hook, and is the one whose rooms are open', async () => {
    const ada = visit(() => useClient());
    await ada.room.whenSaved();
    await ada.now.documents.create({ name: document, title: 'Plan' });
    expect(ada.now.open(document).doc).toBe(ada.room.doc);
    expect(new Set(ada.renders).size).toBe(1);
  });

  it('[G1] a server that is cut off is shown, and gets what was written meanwhile when it is back', async () => {
    const ada = visit(() => ({ state: useStatus(({ state }) => state), body: useSharedText('body') }));
    await untilTrue(() => ada.now.state === 'saved');
    await server.kill();
    await untilTrue(() => ada.now.state === 'reconnecting');
    ada.now.body[1].push('from a tunnel');
    await untilTrue(() => ada.now.body[0] === 'from a tunnel');
    server = await serve(server.port, data);
    await untilTrue(() => ada.now.state === 'saved');
    expect(await readAnew()).toBe('from a tunnel');
  });
});

class Catch extends Component<
  { readonly children: ReactNode; readonly onFault: (fault: unknown) => void },
  { readonly caught: boolean }
> {
  override state = { caught: false };
  static getDerivedStateFromError = () => ({ caught: true });
  override componentDidCatch(fault: unknown): void {
    this.props.onFault(fault);
  }
  override render(): ReactNode {
    return this.state.caught ? 'caught' : this.props.children;
  }
}

function Attempt({ use }: { readonly use: () => unknown }) {
  use();
  return null;
}

describe('a component is rendered', () => {
  it('when what it selects of the status changes, and not with every key', async () => {
    const ada = visit(() => useStatus(({ loaded }) => loaded));
    const statuses = vi.fn();
    await untilTrue(() => ada.now);
    ada.room.status.subscribe(statuses);
    for (let key = 0; key < 20; key += 1) textOf(ada.room).insert(0, 'x');
    await ada.room.whenSaved();
    expect(statuses.mock.calls.length).toBeGreaterThan(20);
    expect(ada.renders).toEqual([false, false, true]);
  });

  it('when what it selects of the others changes, however much they move', async () => {
    interface Here {
      readonly x: number;
      readonly mood: string;
    }
    const ada = visit(() => usePresence<Here>(), 'Ada');
    const count = visit(() => useOthers((others) => others.length));
    const names = visit(() => useOthers((others) => others.map(({ name }) => name).sort(), isShallowEqual));
    const moods = visit(() =>
      useOthers(
        (others: readonly Other<Here>[]) => others.find(({ presence }) => presence.mood !== undefined)?.presence.mood,
      ),
    );
    const all = visit(() => useOthers<Here>());
    const isThere = () =>
      names.now.includes('Ada') && names.now.length === 4 && count.now === 4 && all.now.length === 4;
    await untilTrue(isThere);
    const before = [count, names, all].map(({ renders }) => renders.length);
    for (let x = 1; x <= 10; x += 1) {
      ada.now[1]({ x });
      await untilTrue(() => all.now.some(({ presence }) => presence.x === x));
    }
    expect([count, names].map(({ renders }) => renders.length)).toEqual(before.slice(0, 2));
    expect(all.renders.length - (before[2] ?? 0)).toBe(10);
    expect(moods.renders.filter((mood) => mood !== undefined)).toEqual([]);
    ada.now[1]({ mood: 'merry' });
    await untilTrue(() => moods.now === 'merry');
    expect(ada.now[0]).toMatchObject({ x: 10, mood: 'merry', user: { name: 'Ada' } });
    expect(moods.renders.filter((mood) => mood === 'merry')).toHaveLength(1);
  });

  it('with the same snapshot, when it is rendered for another reason', async () => {
    const ada = visit(() => [useStatus(), useOthers(), useSharedArray('todos')[0], usePresence()[0]]);
    watch().presence.setPerson({ name: 'Ben', color: 'red' });
    await untilTrue(() => ada.room.presence.people.get().length === 2 && ada.room.status.get().state === 'saved');
    ada.room.doc.getArray('todos').push([{ text: 'a' }]);
    await ada.room.whenSaved();
    const before = ada.now;
    ada.again();
    expect(ada.now).not.toBe(before);
    for (const [at, value] of ada.now.entries()) expect(value).toBe(before[at]);
  });

  it('with verbs that stay the same, so that effects which use them do not run again', async () => {
    const ada = visit(() => [useSharedText('a')[1], useSharedMap('b')[1], useTyping()[1], usePresence()[1]]);
    await untilTrue(() => ada.room.status.get().loaded);
    const before = ada.now;
    ada.again();
    expect(ada.now).toEqual(before);
    for (const [at, verbs] of ada.now.entries()) expect(verbs).toBe(before[at]);
  });
});

describe('presence and events', () => {
  it('who types is seen by others, with their name, until they stop or go', async () => {
    const ada = visit(() => useTyping(), 'Ada');
    const ben = visit(() => useTyping()[0]);
    await untilTrue(() => ben.room.presence.people.get().some(({ name }) => name === 'Ada'));
    ada.now[1](true);
    await untilTrue(() => ben.now.map(({ name }) => name).join() === 'Ada');
    expect(ada.now[0]).toEqual([]);
    const renders = ben.renders.length;
    ada.room.awareness.setLocalStateField('cursor', { anchor: 1 });
    await until(ben.room.presence.people, (people) => people.some(({ cursorActiveAt }) => cursorActiveAt !== null));
    expect(ben.renders).toHaveLength(renders);
    ada.now[1](false);
    await untilTrue(() => ben.now.length === 0);
    ada.now[1](true);
    await untilTrue(() => ben.now.length === 1);
    ada.leave();
    await untilTrue(() => ben.now.length === 0);
  });

  it('an event is heard by the handler of the last render, which listens once', async () => {
    const heard: string[] = [];
    let renders = 0;
    let listens = true;
    const ada = visit(() => {
      renders += 1;
      const round = renders;
      const room = useRoom();
      useEvent(listens ? room : null, 'chat', ({ data: said, isMine }) => heard.push(`${round} ${said} ${isMine}`));
    });
    const on = vi.spyOn(ada.room.events, 'on');
    await ada.room.events.whenListening();
    const writer = watch();
    await writer.events.send('chat', 'one');
    await untilTrue(() => heard.length === 1);
    ada.again();
    ada.again();
    await writer.events.send('chat', 'two');
    await untilTrue(() => heard.length === 2);
    expect(heard).toEqual([`${renders - 2} one false`, `${renders} two false`]);
    expect(on).not.toHaveBeenCalled();
    listens = false;
    ada.again();
    // Whoever had listened before would be told first.
    const isTold = new Promise((resolve) => ada.room.events.on('chat', resolve));
    await writer.events.send('chat', 'three');
    await isTold;
    expect(heard).toHaveLength(2);
  });

  it('in StrictMode, too, an event is heard once', async () => {
    const heard: unknown[] = [];
    let opened: Room | null = null;
    const Listener = () => {
      const room = useRoom();
      useEvent(room, 'chat', ({ data: said }) => heard.push(said));
      useEffect(() => {
        opened = room;
      }, [room]);
      return null;
    };
    render(
      <StrictMode>
        <QuireProvider url={url()}>
          <RoomProvider name={document}>
            <Listener />
          </RoomProvider>
        </QuireProvider>
      </StrictMode>,
    );
    await untilTrue(() => opened !== null);
    await (opened as Room | null)?.events.whenListening();
    const writer = watch();
    for (const line of ['one', 'two']) await writer.events.send('chat', line);
    await untilTrue(() => heard.includes('two'));
    expect(heard).toEqual(['one', 'two']);
  });

  it('a person who changes their name is seen under the new one, without another room', async () => {
    const watcher = watch();
    const Page = ({ name }: { readonly name: string }) => (
      <QuireProvider url={url()}>
        <Called name={name} />
      </QuireProvider>
    );
    const Called = ({ name }: { readonly name: string }) => {
      useRoom(document, { person: { name, color: 'red' } });
      return null;
    };
    const page = render(<Page name="Ada" />);
    const isCalled = (name: string) =>
      until(watcher.presence.people, (people) => people.some((person) => person.name === name));
    const { clientId } = (await isCalled('Ada'))[1] ?? {};
    page.rerender(<Page name="Countess" />);
    expect((await isCalled('Countess'))[1]?.clientId).toBe(clientId);
  });
});
