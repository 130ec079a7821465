// Stock Hocuspocus: its own server with its SQLite extension, defaults throughout. The extension brings better-sqlite3,
// of which there is no build for this Node: its schema, queries and options stay, on the database of node:sqlite. Told of
// a Redis, it is one of several nodes by its own Redis extension, with its defaults too; told of a token, it lets who brings it
// read, and not write.
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { announce, importPeer, readPeerSettings } from './import-peer.ts';

interface HocuspocusModule {
  readonly Server: new (
    settings: object,
  ) => { listen(): Promise<unknown>; readonly address: { readonly port: number } };
}

interface SqliteModule {
  readonly SQLite: new (
    settings: object,
  ) => { db?: unknown; readonly configuration: { readonly database: string; readonly schema: string } };
}

interface RedisModule {
  readonly Redis: new (settings: { readonly host: string; readonly port: number }) => object;
}

const { Server } = await importPeer<HocuspocusModule>('@hocuspocus/server');
const { SQLite } = await importPeer<SqliteModule>('@hocuspocus/extension-sqlite');

class SqliteOnNode extends SQLite {
  async onConfigure(): Promise<void> {
    const database = new DatabaseSync(this.configuration.database);
    database.exec(this.configuration.schema);
    this.db = database;
  }
}

/** None where it is a server by itself. */
async function connectNodes(redisPort: string | undefined): Promise<object[]> {
  if (redisPort === undefined) return [];
  const { Redis } = await importPeer<RedisModule>('@hocuspocus/extension-redis');
  return [new Redis({ host: '127.0.0.1', port: Number(redisPort) })];
}

interface Authentication {
  readonly token: string;
  readonly connectionConfig: { readOnly: boolean };
}

/** As its documentation has it: who may only read is somebody whose connection is set so. */
function knowReader(readerToken: string | undefined): object {
  if (readerToken === undefined) return {};
  return {
    async onAuthenticate({ token, connectionConfig }: Authentication) {
      connectionConfig.readOnly = token === readerToken;
    },
  };
}

const { dataDirectory, port } = readPeerSettings();
const server = new Server({
  address: '127.0.0.1',
  port,
  quiet: true,
  ...knowReader(process.env.PEER_READER_TOKEN),
  extensions: [
    new SqliteOnNode({ database: join(dataDirectory, 'documents.sqlite') }),
    ...(await connectNodes(process.env.BENCH_REDIS_PORT)),
  ],
});
await server.listen();
announce(server.address.port);
