import type { ConfigInput, QuireServer, ServerParts } from '@quire/server';
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
  /** As for `createServer` of `@quire/server`; where it listens and what it logs has other defaults here. */
  readonly settings?: ConfigInput;
  /** Decides who may do what, in the place of what the settings say. */
  readonly authenticator?: ServerParts['authenticator'];
}

const HOST = '127.0.0.1';
/** Of what it may take to stop: nobody here is far away, and tests stop servers all the time. */
const DRAIN_TIMEOUT_MS = 1_000;

/** A server in this process, whose documents are in memory: they outlive `restart`, and nothing else. */
export async function startInProcess({
  settings,
  authenticator,
  ...options
}: InProcessOptions): Promise<InProcessServer> {
  // Whoever only starts servers of their own, in processes of their own, does not wait for this.
  const [{ createServer }, { MemoryStore }] = await Promise.all([
    import('@quire/server'),
    import('@quire/persistence'),
  ]);
  const store = new MemoryStore();
  const port = options.port ?? (await pickPort());
  const start = (): Promise<QuireServer> =>
    createServer(
      { host: HOST, log: { level: 'silent' }, drainTimeoutMs: DRAIN_TIMEOUT_MS, ...settings, port },
      { store, authenticator },
    );
  let server = await start();
  return {
    port,
    get server() {
      return server;
    },
    async restart() {
      await server.close();
      server = await start();
    },
    async stop() {
      await server.close();
      await store.close();
    },
  };
}
