import type { ConfigInput } from '@quire/server';
import type { InProcessOptions } from './in-process-server.ts';
import type {
  DiskHereServerOptions,
  DiskServerOptions,
  MemoryServerOptions,
  TestServerOptions,
} from './start-server.ts';

interface Kind {
  readonly words: string;
  readonly takes: Readonly<Record<string, true>>;
}

const inMemory: Kind = {
  words: "a server in memory (storage: 'memory')",
  takes: { storage: true, auth: true, port: true, settings: true, authenticator: true } satisfies Record<
    keyof MemoryServerOptions,
    true
  >,
};

const onDiskHere: Kind = {
  words: "a server on disk in this process (storage: 'disk', inProcess: true)",
  takes: {
    storage: true,
    inProcess: true,
    auth: true,
    data: true,
    port: true,
    settings: true,
    authenticator: true,
  } satisfies Record<keyof DiskHereServerOptions, true>,
};

const inProcessOfItsOwn: Kind = {
  words: "a server in a process of its own (storage: 'disk')",
  takes: {
    storage: true,
    inProcess: true,
    auth: true,
    data: true,
    port: true,
    startsWith: true,
    env: true,
    program: true,
  } satisfies Record<keyof DiskServerOptions, true>,
};

/** Of what `createServer` takes: what `settings` do not, since it is said beside them, or the same for all. */
const notInSettings = { host: true, port: true, data: true } satisfies Record<
  Exclude<keyof ConfigInput, keyof NonNullable<InProcessOptions['settings']>>,
  true
>;

/**
 * TypeScript refuses all of this; a test in JavaScript would get another server than it asked for, or one that ignores a setting.
 *
 * @throws {TypeError} for options that are not of one kind of server
 */
export function assertOptions(options: TestServerOptions): void {
  const { storage = 'disk', settings = {} }: { readonly storage?: unknown; readonly settings?: object } = options;
  if (storage !== 'memory' && storage !== 'disk') {
    throw new TypeError(`storage is 'memory' or 'disk', and not ${JSON.stringify(storage)}`);
  }
  const { words, takes } = kindOf(options);
  const given = (of: object): string[] =>
    Object.entries(of).flatMap(([name, value]) => (value === undefined ? [] : name));
  const ignored = [
    ...given(options).filter((name) => !(name in takes)),
    ...given(settings)
      .filter((name) => name in notInSettings)
      .map((name) => `settings.${name}`),
  ];
  if (ignored.length === 0) return;
  throw new TypeError(`${words} takes no ${ignored.join(', ')}: it takes ${Object.keys(takes).join(', ')}`);
}

/** @throws {TypeError} for options of a server that has no process of its own */
export function assertOwnProcess(options: TestServerOptions): void {
  if (kindOf(options) === inProcessOfItsOwn) return;
  throw new TypeError(
    `the fixtures for Playwright start ${inProcessOfItsOwn.words}, whose log they attach: leave out storage and inProcess, or call startServer in the test`,
  );
}

function kindOf(options: TestServerOptions): Kind {
  if (options.storage === 'memory') return inMemory;
  return options.inProcess === true ? onDiskHere : inProcessOfItsOwn;
}
