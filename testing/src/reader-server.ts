// A server for tests: whoever comes without a token may only read. Started as a process, with the settings that
// `startServer` hands to every server.
import { allow, createServer } from '@quire/server';

const { QUIRE_HOST: host = '127.0.0.1', QUIRE_PORT: port = '0', QUIRE_DATA: data = '' } = process.env;

/** The one token that may write; see `writerToken` of the test kit. */
const WRITER_TOKEN = 'writer';

const server = await createServer(
  { host, port: Number(port), data, log: { format: 'json' } },
  {
    authenticator: {
      authenticate: async ({ token }) => allow(token === WRITER_TOKEN ? 'editor' : 'reader'),
    },
  },
);
// Timers of the server don't keep a process alive.
const alive = setInterval(() => {}, 2 ** 30);
process.once('SIGTERM', async () => {
  await server.close();
  clearInterval(alive);
});
console.log(`Quire is ready at ${server.url} (pid ${process.pid})`);
