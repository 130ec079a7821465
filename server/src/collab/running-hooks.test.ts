import type { Extension } from '@hocuspocus/server';
import { describe, expect, it } from 'vitest';
import { HooksGivenUp, RunningHooks } from './running-hooks.ts';

class Audit {
  readonly #seen: string[] = [];

  get seen(): readonly string[] {
    return this.#seen;
  }

  count(): number {
    return this.#seen.length;
  }

  async onConnect({ documentName }: { documentName: string }): Promise<string> {
    this.#seen.push(documentName);
    return documentName;
  }
}

const forever = new Promise<never>(() => {});

describe('hooks of extensions', () => {
  it('are called as without being watched: with what is theirs, and what they answer', async () => {
    const audit = new Audit();
    const watched = new RunningHooks().watch(audit as unknown as Extension, ['onConnect'], 0);
    expect(await watched.onConnect?.({ documentName: 'plan' } as never)).toBe('plan');
    expect(audit.seen).toEqual(['plan']);
    expect((watched as unknown as Audit).seen).toEqual(['plan']);
  });

  it('leave the other methods of their extension what they are, with what is private to it', () => {
    const watched = new RunningHooks().watch(new Audit() as unknown as Extension, ['onConnect'], 0);
    expect((watched as unknown as Audit).count()).toBe(0);
    expect(watched.constructor).toBe(Audit);
  });

  it('are known by their extension from when they begin until they end, however that is', async () => {
    const hooks = new RunningHooks();
    let fail = (): void => {};
    const failing = {
      extensionName: 'audit',
      onChange: () =>
        new Promise<void>((_, reject) => {
          fail = () => reject(new Error('no'));
        }),
    };
    const stuck = { onDestroy: () => forever };
    const [one, other] = [hooks.watch(failing, ['onChange'], 0), hooks.watch(stuck, ['onDestroy'], 1)];
    const failed = one.onChange?.({} as never);
    void other.onDestroy?.({} as never);
    void other.onDestroy?.({} as never);
    expect(hooks.names).toEqual(['audit.onChange', 'extension 2.onDestroy']);
    fail();
    await expect(failed).rejects.toThrow('no');
    expect(hooks.names).toEqual(['extension 2.onDestroy']);
  });

  it('are waited for until somebody gives them up, and no longer', async () => {
    const hooks = new RunningHooks();
    expect(await hooks.wait(Promise.resolve('done'))).toBe('done');
    await expect(hooks.wait(Promise.reject(new Error('no')))).rejects.toThrow('no');
    const waiting = hooks.wait(forever);
    expect(hooks.areAwaited).toBe(true);
    hooks.giveUp();
    await expect(waiting).rejects.toBeInstanceOf(HooksGivenUp);
    expect(hooks.areAwaited).toBe(false);
    expect(await hooks.wait(Promise.resolve('later'))).toBe('later');
  });
});
