import type { ConfigInput } from '@quire/server';
import type { InProcessOptions } from './in-process-server.ts';
import type {
  DiskServerOptions,
  MemoryServerOptions,
  OwnProcessServerOptions,
  TestServerOptions,
} from './start-server.ts';

interface Kind {
  readonly words: string;
  /** What makes a server one of this kind. */
  readonly asked: readonly string[];
  readonly takes: Readonly<Record<string, true>>;
}

const byAll = { storage: true, ownProcess: true, auth: true } as const;
const byThisProcess = { settings: true, authenticator: true } as const;

const onDisk: Kind = {
  words: 'a server on disk in the process of the test',
  asked: [],
  takes: { ...byAll, data: true, port: true, ...byThisProcess } satisfies Record<keyof DiskServerOptions, true>,
};

const inMemory: Kind = {
  words: 'a server in memory',
  asked: ["storage: 'memory'"],
  takes: { ...byAll, port: true, ...byThisProcess } satisfies Record<keyof MemoryServerOptions, true>,
};

const inOwnProcess: Kind = {
  words: 'a server in a process of its own',
  asked: ['ownProcess: true'],
  takes: { ...byAll, data: true, port: true, startsWith: true, env: true, program: true } satisfies Record<
    keyof OwnProcessServerOptions,
    true
  >,
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
  const {
    storage = 'disk',
    ownProcess = false,
    settings = {},
  }: { readonly storage?: unknown; readonly ownProcess?: unknown; readonly settings?: object } = options;
  if (storage !== 'memory' && storage !== 'disk') {
    throw new TypeError(`storage is 'memory' or 'disk', and not ${JSON.stringify(storage)}`);
  }
  if (typeof ownProcess !== 'boolean') {
    throw new TypeError(`ownProcess is true or false, and not ${JSON.stringify(ownProcess)}`);
  }
  if (ownProcess && storage === 'memory') {
    throw new TypeError(`${inOwnProcess.words} is on disk: leave out storage, or ownProcess`);
  }
  const kind = kindOf(options);
  assertTaken(kind, given(options));
  const misplaced = given(settings).filter((name) => name in notInSettings);
  if (misplaced.length === 0) return;
  throw new TypeError(
    `\`settings\` of ${kind.words} takes no ${quote(misplaced)}: it listens on loopback, and \`port\` and \`data\` are said beside \`settings\``,
  );
}

/** @throws {TypeError} for options of a server that has no process of its own */
export function assertOwnProcess(options: object): void {
  const { storage = 'disk', ownProcess = true }: { readonly storage?: unknown; readonly ownProcess?: unknown } =
    options;
  if (storage === 'disk' && ownProcess === true) return;
  throw new TypeError(
    `the fixtures for Playwright start ${inOwnProcess.words}, whose log they attach: leave out storage and ownProcess, or call startServer in the test`,
  );
}

function assertTaken(kind: Kind, names: readonly string[]): void {
  const strange = names.filter((name) => !(name in kind.takes));
  if (strange.length === 0) return;
  const right = [onDisk, inOwnProcess].find(({ takes }) => strange.every((name) => name in takes));
  if (right === undefined) {
    throw new TypeError(`${kind.words} takes no ${quote(strange)}: it takes ${quote(Object.keys(kind.takes))}`);
  }
  const need = strange.length === 1 ? 'needs' : 'need';
  const call = `startServer({ ${[...right.asked, ...strange].join(', ')} })`;
  throw new TypeError(`${quote(strange)} ${need} ${right.words}: ${call}`);
}

function kindOf(options: TestServerOptions): Kind {
  if (options.ownProcess === true) return inOwnProcess;
  return options.storage === 'memory' ? inMemory : onDisk;
}

function given(options: object): readonly string[] {
  return Object.entries(options).flatMap(([name, value]) => (value === undefined ? [] : name));
}

function quote(names: readonly string[]): string {
  return names.map((name) => `\`${name}\``).join(', ');
}
