import { openFrameSocket } from '../frame-socket.ts';
import { until } from '../until.ts';
import { type DialectName, dialectNames, dialects, type Place } from './dialect.ts';

/** Where Quire has them, and where others often do. */
const byPath: Readonly<Record<string, DialectName>> = {
  collab: 'hocuspocus',
  collaboration: 'hocuspocus',
  hocuspocus: 'hocuspocus',
  yjs: 'y-websocket',
};

/** For the handshake of a socket, and again for the first answer on it. */
const ANSWER_TIMEOUT_MS = 3_000;

/** By the last part of its path; null where that says nothing. */
export function guessFromPath(url: string): DialectName | null {
  const last = new URL(url).pathname.replace(/\/+$/, '').split('/').at(-1) ?? '';
  return byPath[last] ?? null;
}

/**
 * By what the server answers to a first word in each dialect, about a document that nobody has: null where it answers
 * to none.
 */
export async function guessFromHandshake(
  { url, document, token }: Place,
  patience: number,
): Promise<DialectName | null> {
  // The socket of y-websocket names its document, so that asking it first opens none but this one.
  for (const name of [...dialectNames].reverse()) {
    if (await answersIn(name, { url, document, token }, patience)) return name;
  }
  return null;
}

/** Whether anybody lets in who asks for a document, and says anything about it, in the time that there is for that. */
export async function answersIn(name: DialectName, place: Place, patience: number): Promise<boolean> {
  const timeoutMs = ANSWER_TIMEOUT_MS * patience;
  const dialect = dialects[name];
  const { document } = place;
  const socket = await openFrameSocket(dialect.socketUrl(place), { openWithinMs: timeoutMs }).catch(() => null);
  if (socket === null) return false;
  try {
    for (const frame of dialect.greet(place)) socket.send(frame);
    socket.send(dialect.encode(document, { kind: 'step-1', stateVector: Uint8Array.of(0) }));
    const answers = (bytes: Uint8Array): boolean => {
      const { address, frame } = dialect.decode(bytes);
      return frame.kind !== 'unreadable' && (name === 'y-websocket' || address === document);
    };
    return await until(() => socket.frames.some(answers) || (socket.isOpen ? null : { gone: true }), {
      what: 'an answer',
      timeoutMs,
    }).then((found) => found === true);
  } catch {
    return false; // it stayed silent
  } finally {
    socket.terminate();
  }
}
