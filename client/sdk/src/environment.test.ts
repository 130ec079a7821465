import { afterEach, describe, expect, it, vi } from 'vitest';
import { readEnvironment } from './environment.ts';

afterEach(() => {
  vi.unstubAllGlobals();
});

/** What a worker has under `self`, and no `window`. */
function stubWorker(address: string): EventTarget {
  const worker = Object.assign(new EventTarget(), { location: new URL(address) });
  vi.stubGlobal('self', worker);
  vi.stubGlobal('WorkerGlobalScope', EventTarget);
  return worker;
}

describe('what it runs in', () => {
  it('as a worker it hears what its browser says of the network, until it stops listening', () => {
    const worker = stubWorker('https://docs.example.org/worker.js');
    const environment = readEnvironment();
    expect(environment.isWorker).toBe(true);
    const heard: string[] = [];
    const stops = (['offline', 'online'] as const).map((type) => environment.listen(type, () => heard.push(type)));
    worker.dispatchEvent(new Event('offline'));
    worker.dispatchEvent(new Event('online'));
    expect(heard).toEqual(['offline', 'online']);
    for (const stop of stops) stop();
    worker.dispatchEvent(new Event('offline'));
    expect(heard).toHaveLength(2);
  });

  it('as a worker it has the address of where it was loaded from, unless it was made of a blob', () => {
    stubWorker('https://docs.example.org/worker.js');
    expect(readEnvironment().location).toMatchObject({ protocol: 'https:', host: 'docs.example.org' });
    stubWorker('blob:https://docs.example.org/0a1b');
    expect(readEnvironment().location).toBeNull();
  });

  it.each([
    ['no account of it', {}, false],
    ['none of performance', undefined, false],
    ['an account of nothing, as to a worker', { getEntriesByType: () => [] }, false],
    ['a first visit', { getEntriesByType: () => [{ type: 'navigate' }] }, false],
    ['a reload', { getEntriesByType: () => [{ type: 'reload' }] }, true],
  ])('given %s, knows whether the page was reloaded', (_what, performance, expected) => {
    vi.stubGlobal('performance', performance);
    expect(readEnvironment().isReloaded()).toBe(expected);
  });

  it.each([
    ['a polyfill', {}],
    ['a runtime for servers', new EventTarget()],
  ])('where pages are rendered there is nothing to listen to, whatever %s calls self', (_what, self) => {
    vi.stubGlobal('self', self);
    const environment = readEnvironment();
    expect([environment.isWorker, environment.location]).toEqual([false, null]);
    expect(() => environment.listen('online', () => {})()).not.toThrow();
  });
});
