import { describe, expect, it } from 'vitest';
import { createLazyPart } from './lazy-part.ts';
import { createFakeEnvironment } from './testing/fake-environment.ts';
import { ManualClock } from './testing/manual-clock.ts';

const never = () => new Promise<never>(() => {});

describe('a part that is loaded when it is needed', () => {
  it('is what was loaded, and nothing waits any more', async () => {
    const clock = new ManualClock();
    const part = createLazyPart(async () => 'a part', { clock, environment: createFakeEnvironment() });
    expect(await part.load()).toBe('a part');
    expect(clock.waiting).toBe(0);
  });

  it('that can not be had without a network is as if the server could not be reached', async () => {
    const fault = new TypeError('Failed to fetch dynamically imported module');
    const environment = createFakeEnvironment();
    environment.setOnline(false);
    const part = createLazyPart(() => Promise.reject(fault), { clock: new ManualClock(), environment });
    await expect(part.load()).rejects.toMatchObject({ code: 'unreachable', cause: fault, retryable: true });
  });

  it('that can not be had although there is a network will not come before the page is reloaded', async () => {
    const fault = new TypeError('Failed to fetch dynamically imported module');
    const part = createLazyPart(() => Promise.reject(fault), {
      clock: new ManualClock(),
      environment: createFakeEnvironment(),
    });
    await expect(part.load()).rejects.toMatchObject({
      code: 'part-not-loaded',
      cause: fault,
      retryable: false,
      message: 'A part of this page could not be loaded. Reload the page.',
    });
  });

  it('is not waited for in a network that has frozen, nor once its signal says so', async () => {
    const clock = new ManualClock();
    const part = createLazyPart(never, { clock, environment: createFakeEnvironment() });
    const frozen = expect(part.load()).rejects.toMatchObject({ code: 'unreachable', retryable: true });
    clock.advance(15_000);
    await frozen;
    const abort = new AbortController();
    const unwanted = expect(part.load({ signal: abort.signal })).rejects.toThrow('not needed');
    abort.abort(new Error('not needed'));
    await unwanted;
    expect(clock.waiting).toBe(0);
  });

  it('that is fetched ahead where what a bundler made of its import throws disturbs nobody', async () => {
    const importPart = () => {
      throw new ReferenceError('document is not defined');
    };
    const part = createLazyPart<never>(importPart, { clock: new ManualClock(), environment: createFakeEnvironment() });
    part.fetchAhead();
    await expect(part.load()).rejects.toMatchObject({ code: 'part-not-loaded' });
  });

  it('that is fetched ahead and can not be had is told of when it is needed, and not before', async () => {
    let attempts = 0;
    const importPart = () => {
      attempts += 1;
      return Promise.reject(new TypeError('gone'));
    };
    const part = createLazyPart(importPart, { clock: new ManualClock(), environment: createFakeEnvironment() });
    part.fetchAhead();
    await expect(part.load()).rejects.toMatchObject({ code: 'part-not-loaded' });
    expect(attempts).toBe(2);
  });

  it('is not fetched ahead by a page that was reloaded, as it may have been for this', async () => {
    const environment = createFakeEnvironment();
    environment.setReloaded(true);
    let attempts = 0;
    const importPart = async () => {
      attempts += 1;
      return 'a part';
    };
    const part = createLazyPart(importPart, { clock: new ManualClock(), environment });
    part.fetchAhead();
    expect(attempts).toBe(0);
    expect(await part.load()).toBe('a part');
  });
});
