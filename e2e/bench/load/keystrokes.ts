import * as encoding from 'lib0/encoding';

/** The text that everybody types into. */
export const TEXT_NAME = 'text';

const STRING_CONTENT = 4;
const HAS_LEFT_ORIGIN = 0x80;

/**
 * The update of one keystroke: the writer's character number `clock`, right after the one before.
 *
 * Written as Yjs v1 bytes without a document, so that a run's keystrokes can all be built before it begins.
 */
export function encodeKeystroke(client: number, clock: number): Uint8Array {
  const encoder = encoding.createEncoder();
  encoding.writeVarUint(encoder, 1); // clients
  encoding.writeVarUint(encoder, 1); // structs
  encoding.writeVarUint(encoder, client);
  encoding.writeVarUint(encoder, clock);
  if (clock === 0) {
    encoding.writeUint8(encoder, STRING_CONTENT);
    encoding.writeVarUint(encoder, 1); // the parent is named, not an id
    encoding.writeVarString(encoder, TEXT_NAME);
  } else {
    encoding.writeUint8(encoder, STRING_CONTENT | HAS_LEFT_ORIGIN);
    encoding.writeVarUint(encoder, client);
    encoding.writeVarUint(encoder, clock - 1);
  }
  encoding.writeVarString(encoder, String.fromCharCode(97 + (clock % 26)));
  encoding.writeVarUint(encoder, 0); // deletes nothing
  return encoding.toUint8Array(encoder);
}

/** The awareness message of one cursor move, as an editor with a name, a colour and a caret sends it. */
export function encodeCursorMove(client: number, clock: number): Uint8Array {
  const position = { type: null, tname: TEXT_NAME, item: { client, clock }, assoc: 0 };
  const state = {
    user: { name: `Person ${client % 10_000}`, color: '#4f46e5' },
    cursor: { anchor: position, head: position },
  };
  const encoder = encoding.createEncoder();
  encoding.writeVarUint(encoder, 1);
  encoding.writeVarUint(encoder, client);
  encoding.writeVarUint(encoder, clock);
  encoding.writeVarString(encoder, JSON.stringify(state));
  return encoding.toUint8Array(encoder);
}
