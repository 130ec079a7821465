import { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { setImmediate } from 'node:timers/promises';
import { afterEach, describe, expect, test, vi } from 'vitest';
import * as Y from 'yjs';
import {
  converged,
  createRandom,
  joinWithHocuspocus,
  joinWithYWebsocket,
  type ServerProcess,
  startServer,
  startTcpProxy,
  until,
} from './index.ts';

const ends: (() => unknown)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end();
});

async function start(): Promise<ServerProcess> {
  const server = await startServer();
  ends.push(() => server.stop());
  return server;
}

function docWith(text: string): Y.Doc {
  const doc = new Y.Doc();
  doc.getText('body').insert(0, text);
  return doc;
}

describe('the test kit', () => {
  test('a server is one process, ends by the signal that it is given, and comes back with its data', async () => {
    const server = await start();
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
    await expect(startServer({ program: ['/no/such/program'] })).rejects.toThrow('/no/such/program');
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
    const server = await start();
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
