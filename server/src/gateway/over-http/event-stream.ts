import type { ServerResponse } from 'node:http';
import type { DownStream } from './http-line.ts';

/** No proxy is to keep, change or collect what is meant to arrive now. */
const HEADERS = {
  'Content-Type': 'text/event-stream',
  'Cache-Control': 'no-store, no-transform',
  'X-Accel-Buffering': 'no',
} as const;

const COMMENT = ':\n\n';

/** How long the last events may take to be read. Whoever reads nothing would have us keep them. */
const END_GRACE_MS = 2_000;

/** Begins a stream of server-sent events: each has the number of a part for its id, and its bytes in base64. */
export function openEventStream(response: ServerResponse): DownStream {
  response.writeHead(200, HEADERS);
  // At once: the client knows by it that its network lets events through.
  response.write(COMMENT);
  return {
    get isFull() {
      return response.writableNeedDrain;
    },
    send: (number, bytes) => void response.write(`id: ${number}\ndata: ${bytes.toString('base64')}\n\n`),
    keepAlive() {
      if (!response.writableNeedDrain) response.write(COMMENT);
    },
    end() {
      const giveUp = setTimeout(() => response.destroy(), END_GRACE_MS).unref();
      response.once('close', () => clearTimeout(giveUp));
      response.end();
    },
    cut: () => void response.destroy(),
  };
}
