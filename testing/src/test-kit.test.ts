import { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { setImmediate } from 'node:timers/promises';
import { afterEach, describe, expect, test, vi } from 'vitest';
import * as Y from 'yjs';
import {
  type ConnectionWatch,
  converged,
  createRandom,
  joinWithHocuspocus,
  joinWithYWebsocket,
  startServer,
  startTcpProxy,
  type TcpProxy,
  until,
} from './index.ts';

const ends: (() => unknown)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end();
});

function docWith(text: string): Y.Doc {
  const doc = new Y.Doc();
  doc.getText('body').insert(0, text);
  return doc;
}

const FAULTS = ['a delay', 'a freeze', 'a narrow line'] as const;
const DELAY_MS = 30;

function bring(proxy: TcpProxy, fault: (typeof FAULTS)[number]): void {
  switch (fault) {
    case 'a delay':
      proxy.delay(DELAY_MS);
      return;
    case 'a freeze':
      proxy.freeze();
      return;
    case 'a narrow line':
      proxy.narrow(10_000);
  }
}

/** Both ends of a connection that goes through a proxy. */
interface Ends {
  readonly near: Socket;
  readonly far: Socket;
}

async function connectThrough(
  watch?: () => ConnectionWatch,
): Promise<Ends & { readonly proxy: TcpProxy; enter(): Promise<Ends> }> {
  const taken: Socket[] = [];
  const listener = createServer({ noDelay: true }, (socket) => {
    taken.push(socket);
    socket.on('error', () => {}); // followed by `close`
  });
  listener.listen(0, '127.0.0.1');
  await once(listener, 'listening');
  const proxy = await startTcpProxy((listener.address() as AddressInfo).port, watch === undefined ? {} : { watch });
  ends.push(
    () => listener.close(),
    () => proxy.close(),
  );
  const enter = async (): Promise<Ends> => {
    const before = taken.length;
    const near = connect({ port: proxy.port, host: '127.0.0.1', noDelay: true });
    near.on('error', () => {}); // followed by `close`
    const far = await until(() => taken[before], { what: 'it gets through' });
    return { near, far };
  };
  return { ...(await enter()), proxy, enter };
}

describe('the test kit', () => {
  test('a server is one process, ends by the signal that it is given, and comes back with its data', async () => {
    const server = await startServer({ ownProcess: true });
    ends.push(() => server.stop());
    const ada = joinWithHocuspocus(server.wsUrl, 'plan');
    ends.push(() => ada.leave());
    ada.doc.getText('body').insert(0, 'kept');
    await until(() => ada.provider.synced && !ada.provider.hasUnsyncedChanges, { what: 'the edit is not saved' });
    const { pid } = server;
    expect(await server.kill('SIGKILL')).toEqual({ code: null, signal: 'SIGKILL' });
    await server.restart();
    expect(server.pid).not.toBe(pid);
    const ben = joinWithYWebsocket(server.wsUrl, 'plan');
    ends.push(() => ben.leave());
    await until(() => ben.doc.getText('body').toString() === 'kept', { what: 'the document is not back' });
  });

  test('a program that can not be started is named, and nobody is signalled in its place', async () => {
    const kill = vi.spyOn(ChildProcess.prototype, 'kill');
    ends.push(() => kill.mockRestore());
    await expect(startServer({ ownProcess: true, program: ['/no/such/program'] })).rejects.toThrow('/no/such/program');
    expect(kill).not.toHaveBeenCalled();
  });

  test('documents that differ are described, and those that come to agree are waited for', async () => {
    const [one, other] = [docWith('one'), docWith('other')];
    await expect(converged({ one, other }, { timeoutMs: 20 })).rejects.toThrow(
      /"body" differs from character 1 on: one has "one" \(of 3\), other "other" \(of 5\)/,
    );
    const agreed = converged({ one, other });
    Y.applyUpdate(one, Y.encodeStateAsUpdate(other));
    Y.applyUpdate(other, Y.encodeStateAsUpdate(one));
    await agreed;
  });

  test('a document that only lacks a deletion has not converged', async () => {
    const one = docWith('abc');
    const other = new Y.Doc();
    Y.applyUpdate(other, Y.encodeStateAsUpdate(one));
    await converged({ one, other });
    one.getText('body').delete(0, 1);
    await expect(converged({ one, other }, { timeoutMs: 20 })).rejects.toThrow(/one has "bc" \(of 2\), other "abc"/);
  });

  test('a proxy cuts, freezes, and heals', async () => {
    const server = await startServer();
    ends.push(() => server.stop());
    const proxy = await startTcpProxy(server.port);
    ends.push(() => proxy.close());
    const ada = joinWithHocuspocus(`ws://127.0.0.1:${proxy.port}`, 'plan');
    const ben = joinWithHocuspocus(server.wsUrl, 'plan');
    const cleo = joinWithYWebsocket(server.wsUrl, 'plan');
    for (const person of [ada, ben, cleo]) ends.push(() => person.leave());
    const docs = { ada: ada.doc, ben: ben.doc, cleo: cleo.doc };
    await until(() => ada.provider.synced && ben.provider.synced, { what: 'not everybody is in' });
    proxy.freeze();
    ada.doc.getText('body').insert(0, 'frozen ');
    ben.doc.getText('body').insert(0, 'free ');
    await until(() => cleo.doc.getText('body').toString() === 'free ', { what: 'what is not frozen does not arrive' });
    expect(ada.doc.getText('body').toString()).toBe('frozen ');
    proxy.heal();
    await converged(docs);
    proxy.cut();
    await until(() => proxy.connections === 0, { what: 'a connection survives the cut' });
    ada.doc.getText('body').insert(0, 'cut ');
    proxy.heal();
    await converged(docs);
    expect(ben.doc.getText('body').toString()).toContain('cut ');
  });

  test('a frozen proxy tells nobody that the other side has gone, and can be closed; healed, it tells', async () => {
    const far: Socket[] = [];
    const listener = createServer((socket) => {
      far.push(socket);
      socket.on('error', () => {}); // followed by `close`
    });
    listener.listen(0, '127.0.0.1');
    await once(listener, 'listening');
    ends.push(() => listener.close());
    const proxy = await startTcpProxy((listener.address() as AddressInfo).port);
    const enter = async (): Promise<Socket> => {
      const before = far.length;
      const socket = connect(proxy.port, '127.0.0.1');
      socket.on('error', () => {});
      await until(() => far.length > before, { what: 'it gets through' });
      return socket;
    };
    const first = await enter();
    proxy.freeze();
    far[0]?.destroy();
    const second = connect(proxy.port, '127.0.0.1');
    await once(second, 'connect');
    expect(first.destroyed).toBe(false);
    const told = once(first.resume(), 'close');
    proxy.heal();
    await told;
    second.destroy();
    await enter();
    proxy.freeze();
    for (const socket of far) socket.destroy();
    await proxy.close();
  });

  test.each(['there', 'back'] as const)(
    'a proxy that is narrow on the way %s holds up nothing on the other',
    async (way) => {
      const { proxy, near, far } = await connectThrough();
      const heard = { near: 0, far: 0 };
      near.on('data', ({ length }) => {
        heard.near += length;
      });
      far.on('data', ({ length }) => {
        heard.far += length;
      });
      proxy.narrow(1, way);
      const said = new Uint8Array(1024 * 1024);
      near.write(said);
      far.write(said);
      const [wide, narrow] = way === 'back' ? (['far', 'near'] as const) : (['near', 'far'] as const);
      await until(() => heard[wide] === said.length, {
        what: () => `only ${heard[wide]} bytes arrived on the wide way`,
      });
      expect(heard[narrow]).toBeLessThan(said.length);
      proxy.heal();
      await until(() => heard[narrow] === said.length, {
        what: () => `only ${heard[narrow]} bytes arrived when healed`,
      });
    },
  );

  test('a proxy keeps the order of what it passes on, however its delay changes', async () => {
    const heard: number[] = [];
    const listener = createServer((socket) => socket.on('data', (bytes) => heard.push(...bytes)));
    listener.listen(0, '127.0.0.1');
    await once(listener, 'listening');
    ends.push(() => listener.close());
    const proxy = await startTcpProxy((listener.address() as AddressInfo).port);
    ends.push(() => proxy.close());
    const socket = connect({ port: proxy.port, host: '127.0.0.1', noDelay: true });
    await once(socket, 'connect');
    const said = Array.from({ length: 60 }, (_, number) => number);
    for (const number of said) {
      proxy.delay(number % 3 === 0 ? 20 : 0);
      socket.write(Buffer.of(number));
      await setImmediate();
    }
    proxy.heal();
    await until(() => heard.length === said.length, { what: 'everything arrives' });
    expect(heard).toEqual(said);
    socket.destroy();
  });

  test.each(FAULTS.flatMap((first) => FAULTS.map((second) => [first, second] as const)))(
    'a proxy loses nothing and mixes nothing up when %s is followed by %s',
    async (first, second) => {
      const { proxy, near, far } = await connectThrough();
      const heard: { near: number[]; far: number[] } = { near: [], far: [] };
      near.on('data', (bytes) => heard.near.push(...bytes));
      far.on('data', (bytes) => heard.far.push(...bytes));
      const said: number[] = [];
      const sayMore = async (): Promise<void> => {
        for (let count = 0; count < 20; count += 1) {
          const number = said.push(said.length) - 1;
          for (const socket of [near, far]) socket.write(Buffer.of(number));
          await setImmediate();
        }
      };
      await sayMore();
      bring(proxy, first);
      await sayMore();
      bring(proxy, second);
      await sayMore();
      proxy.heal();
      await sayMore();
      await until(() => [heard.near, heard.far].every(({ length }) => length >= said.length), {
        what: 'everything arrives',
      });
      expect(heard).toEqual({ near: said, far: said });
    },
  );

  test('a proxy that is frozen keeps what waits for its time, until it is healed', async () => {
    let arrived = 0;
    const { proxy, near, far } = await connectThrough(() => ({
      there: ({ length }) => {
        arrived += length;
      },
      back: () => {},
      ended: () => {},
    }));
    const heard: number[] = [];
    far.on('data', (bytes) => heard.push(...bytes));
    proxy.delay(DELAY_MS);
    near.write(Buffer.of(1));
    await until(() => arrived === 1, { what: 'the proxy has something to keep' });
    proxy.freeze();
    const dueAt = performance.now() + DELAY_MS;
    await until(() => performance.now() > dueAt, { what: 'its time has come' });
    expect(heard).toEqual([]);
    proxy.heal();
    await until(() => heard.length === 1, { what: 'it is passed on' });
  });

  test.each(['in time', 'as soon as it is healed'] as const)(
    'what somebody said before they hung up still arrives, %s, and then that they have gone',
    async (when) => {
      const { proxy, near, far } = await connectThrough();
      const heard: (number | 'gone')[] = [];
      far.on('data', (bytes) => heard.push(...bytes));
      far.on('close', () => heard.push('gone'));
      proxy.delay(DELAY_MS);
      near.write(Buffer.of(1));
      near.end(Buffer.of(2));
      near.destroySoon();
      await until(() => near.closed, { what: 'they have hung up' });
      if (when === 'as soon as it is healed') proxy.heal();
      await until(() => heard.includes('gone'), { what: 'the other side is told' });
      expect(heard).toEqual([1, 2, 'gone']);
      await until(() => proxy.connections === 0, { what: 'the connection is forgotten' });
    },
  );

  test('what waits for its time when a connection is reset is lost with it, and the next one hears nothing of it', async () => {
    const { proxy, near, far, enter } = await connectThrough();
    proxy.delay(DELAY_MS);
    far.write(Buffer.of(1));
    near.write(Buffer.of(1));
    proxy.reset();
    await until(() => near.closed, { what: 'the connection is gone' });
    proxy.heal();
    const next = await enter();
    const heard: number[] = [];
    for (const socket of [next.near, next.far]) socket.on('data', (bytes) => heard.push(...bytes));
    for (const socket of [next.near, next.far]) socket.write(Buffer.of(2));
    await until(() => heard.length === 2, { what: 'the next connection works' });
    expect(heard).toEqual([2, 2]);
  });

  test('the same seed gives the same numbers, another seed others', () => {
    const take = (seed: number): number[] => {
      const random = createRandom(seed);
      return Array.from({ length: 20 }, () => random.below(1000));
    };
    expect(take(7)).toEqual(take(7));
    expect(take(7)).not.toEqual(take(8));
    expect(new Set(take(7)).size).toBeGreaterThan(15);
  });
});
