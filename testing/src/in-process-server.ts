import { MemoryStore } from '@quire/persistence';
// Here and not at the first start, which would take half a second longer than all others.
import { type ConfigInput, createServer, type QuireServer, type ServerParts } from '@quire/server';
import { makeDataDirectory, removeDataDirectory } from './data-directory.ts';
import { pickPort } from './pick-port.ts';

export interface InProcessServer {
  readonly port: number;
  /** The server itself, as a program that embeds it has it; another one after each `restart`. */
  readonly server: QuireServer;
  /** Ends it and starts it again, at the same address and with the same documents. */
  restart(): Promise<void>;
  stop(): Promise<void>;
}

export interface InProcessOptions {
  /** Left out: any free one. */
  readonly port?: number;
  /** As for `createServer` of `@quire/server`; what it logs has another default here, and `port` and `data` are said beside them. */
  readonly settings?: Omit<ConfigInput, 'host' | 'port' | 'data'>;
  /** Decides who may do what, in the place of what the settings say. */
  readonly authenticator?: ServerParts['authenticator'];
}

export interface InProcessDiskOptions extends InProcessOptions {
  /** Left out: a directory of its own, removed by `stop`. */
  readonly data?: string;
}

const HOST = '127.0.0.1';
/** Of what it may take to stop: nobody here is far away, and tests stop servers all the time. */
const DRAIN_TIMEOUT_MS = 1_000;

/** A server in this process, whose documents are in memory: they outlive `restart`, and nothing else. */
export async function startInMemory(options: InProcessOptions): Promise<InProcessServer> {
  const store = new MemoryStore();
  return start({ options, settings: {}, parts: { store }, cleanUp: () => store.close() });
}

/** A server in this process, with its journal in a directory: the same as `quire serve` has, and it locks it as that does. */
export async function startOnDisk({
  data: given,
  ...options
}: InProcessDiskOptions): Promise<InProcessServer & { readonly data: string }> {
  const data = given ?? (await makeDataDirectory());
  const cleanUp = async (): Promise<void> => {
    if (given === undefined) await removeDataDirectory(data);
  };
  return Object.assign(await start({ options, settings: { data }, parts: {}, cleanUp }), { data });
}

interface Plan {
  readonly options: InProcessOptions;
  readonly settings: ConfigInput;
  readonly parts: Pick<ServerParts, 'store'>;
  /** After it has stopped, or where it can't start. */
  cleanUp(): Promise<void>;
}

async function start({ options, settings, parts, cleanUp }: Plan): Promise<InProcessServer> {
  const port = options.port ?? (await pickPort());
  const defaults: ConfigInput = { host: HOST, log: { level: 'silent' }, drainTimeoutMs: DRAIN_TIMEOUT_MS };
  const create = (): Promise<QuireServer> =>
    createServer(
      { ...defaults, ...options.settings, ...settings, port },
      { ...parts, authenticator: options.authenticator },
    );
  let server = await create().catch(async (error: unknown) => {
    await cleanUp();
    throw error;
  });
  return {
    port,
    get server() {
      return server;
    },
    async restart() {
      await server.close();
      server = await create();
    },
    async stop() {
      try {
        await server.close();
      } finally {
        await cleanUp();
      }
    },
  };
}
