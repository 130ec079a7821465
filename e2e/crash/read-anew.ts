import { joinWithHocuspocus, joinWithYWebsocket, type ServerProcess, until } from '@quire/testing';
import type { Doc } from 'yjs';

/** The document as somebody sees it who comes for the first time; by turns in both dialects. */
export async function readAnew(server: ServerProcess, document: string, turn: number): Promise<Doc> {
  const reader =
    turn % 2 === 0 ? joinWithHocuspocus(server.wsUrl, document) : joinWithYWebsocket(server.wsUrl, document);
  try {
    await until(() => reader.provider.synced, { what: `${document} does not load` });
    return reader.doc;
  } finally {
    reader.leave();
  }
}
