import type { Extension, HookName } from '@hocuspocus/server';

/** Hooks were waited for as long as there was time. */
export class HooksGivenUp extends Error {
  override readonly name = 'HooksGivenUp';
}

/**
 * Which hooks of extensions have begun and not ended. A hook may take as long as it likes, except that a server which stops
 * waits for none for ever, and says whose it was.
 */
export class RunningHooks {
  readonly #running = new Set<{ readonly name: string }>();
  readonly #waiting = new Set<(givenUp: HooksGivenUp) => void>();

  /** What has begun and not ended, as `extension.hook`, each once. */
  get names(): readonly string[] {
    return [...new Set([...this.#running].map(({ name }) => name))];
  }

  /** Whether somebody waits for one. */
  get areAwaited(): boolean {
    return this.#waiting.size > 0;
  }

  /** The same extension, of which these hooks are seen while they run. @param position among all, to know it by if it has no name */
  watch(extension: Extension, hooks: readonly HookName[], position: number): Extension {
    const label = nameOf(extension, position);
    const watched = new Map<PropertyKey, unknown>();
    for (const hook of hooks) {
      const run = extension[hook] as (payload: unknown) => unknown;
      watched.set(hook, (payload: unknown) => this.#follow(`${label}.${hook}`, run.call(extension, payload)));
    }
    return new Proxy(extension, {
      get: (target, name) => watched.get(name) ?? readBound(target, name),
    });
  }

  /** @throws {HooksGivenUp} once nobody waits any longer for the hooks that it depends on, and whatever the task throws */
  wait<T>(task: Promise<T>): Promise<T> {
    return new Promise((resolve, reject) => {
      this.#waiting.add(reject);
      const end = (): void => void this.#waiting.delete(reject);
      void task.then(resolve, reject).finally(end);
    });
  }

  /** Whoever waits by now waits no longer. The hooks go on. */
  giveUp(): void {
    const givenUp = new HooksGivenUp();
    for (const reject of this.#waiting) reject(givenUp);
    this.#waiting.clear();
  }

  #follow(name: string, outcome: unknown): unknown {
    if (!(outcome instanceof Promise)) return outcome;
    const running = { name };
    this.#running.add(running);
    const end = (): void => void this.#running.delete(running);
    outcome.then(end, end);
    return outcome;
  }
}

/** Called through the proxy, a method would have that for `this`, which has no private fields. A class is no method. */
function readBound(extension: Extension, name: PropertyKey): unknown {
  const value: unknown = Reflect.get(extension, name, extension);
  return typeof value === 'function' && name !== 'constructor' ? value.bind(extension) : value;
}

function nameOf(extension: Extension, position: number): string {
  if (extension.extensionName !== undefined) return extension.extensionName;
  const { name } = extension.constructor;
  return name === 'Object' || name === '' ? `extension ${position + 1}` : name;
}
