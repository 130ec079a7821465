import { authTypes, FrameError, FrameReader, hocuspocusTypes, syncTypes, yWebsocketTypes } from '@quire/protocol';

export type WireDialect = 'hocuspocus' | 'y-websocket';
export type Way = 'there' | 'back';

/** What a message is, for people, and whether it brings a document whole. */
export interface DescribedMessage {
  readonly words: string;
  readonly isStep2: boolean;
}

const SYNC_WORDS: Readonly<Record<number, string>> = {
  [syncTypes.step1]: 'step 1',
  [syncTypes.step2]: 'step 2',
  [syncTypes.update]: 'update',
};

/**
 * @param beginning of the message, or all of it
 * @param bytes how long it is
 */
export function describeMessage(
  { dialect, way }: { readonly dialect: WireDialect; readonly way: Way },
  beginning: Uint8Array,
  bytes: number,
): DescribedMessage {
  try {
    const reader = new FrameReader(beginning);
    if (dialect === 'y-websocket') return describeYWebsocket(reader);
    if (bytes === 1) return plain(describeSign(reader.readUint()));
    reader.readText(); // the address
    return describeHocuspocus(reader, way);
  } catch (error) {
    if (!(error instanceof FrameError)) throw error;
    return plain(`what is no frame of the ${dialect} dialect, ${countBytes(bytes)}`);
  }
}

export function countBytes(bytes: number): string {
  return bytes === 1 ? '1 byte' : `${bytes.toLocaleString('en-GB')} bytes`;
}

function plain(words: string): DescribedMessage {
  return { words, isStep2: false };
}

/** The servers of Hocuspocus ask so whether somebody is there. */
function describeSign(type: number): string {
  if (type === hocuspocusTypes.ping) return 'ping';
  return type === hocuspocusTypes.pong ? 'pong' : `message of type ${type}`;
}

function describeYWebsocket(reader: FrameReader): DescribedMessage {
  const type = reader.readUint();
  switch (type) {
    case yWebsocketTypes.sync:
      return describeSync(reader);
    case yWebsocketTypes.presence:
      return plain(`presence, ${countBytes(reader.readUint())}`);
    case yWebsocketTypes.queryPresence:
      return plain('question who is here');
    case yWebsocketTypes.auth:
      reader.readUint();
      return plain(`denied: ${reader.readText()}`);
    default:
      return plain(`message of type ${type}`);
  }
}

function describeHocuspocus(reader: FrameReader, way: Way): DescribedMessage {
  const type = reader.readUint();
  switch (type) {
    case hocuspocusTypes.sync:
    case hocuspocusTypes.syncReply:
      return describeSync(reader);
    case hocuspocusTypes.presence:
      return plain(`presence, ${countBytes(reader.readUint())}`);
    case hocuspocusTypes.queryPresence:
      return plain('question who is here');
    case hocuspocusTypes.auth:
      return plain(describeAuth(reader, way));
    case hocuspocusTypes.stateless:
    case hocuspocusTypes.broadcastStateless:
      return plain(`stateless message, ${countBytes(reader.readUint())}`);
    case hocuspocusTypes.receipt:
      return plain(reader.readUint() === 1 ? 'receipt' : 'refusal of an edit');
    case hocuspocusTypes.close:
      return plain(way === 'back' && reader.hasMore ? `document closed: ${reader.readText()}` : 'leaves the document');
    default:
      return plain(`message of type ${type}`);
  }
}

function describeAuth(reader: FrameReader, way: Way): string {
  const type = reader.readUint();
  if (type === authTypes.token) return way === 'there' ? 'token' : 'question for a token';
  if (type === authTypes.denied) return `denied: ${reader.readText()}`;
  return type === authTypes.authenticated ? `let in (${reader.readText()})` : `auth message of type ${type}`;
}

function describeSync(reader: FrameReader): DescribedMessage {
  const type = reader.readUint();
  const words = SYNC_WORDS[type] ?? `sync message of type ${type}`;
  return { words: `${words}, ${countBytes(reader.readUint())}`, isStep2: type === syncTypes.step2 };
}
