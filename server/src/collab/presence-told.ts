import { FrameReader } from '@quire/protocol';
import { createEncoder, toUint8Array, writeVarString, writeVarUint } from 'lib0/encoding';

/** What a node tells other nodes of somebody who is there by it. */
export type ToldPerson =
  /** At the clock at which those were told so who are there by that node. */
  | { readonly kind: 'left'; readonly clientId: number; readonly clock: number }
  | {
      readonly kind: 'here';
      readonly clientId: number;
      readonly clock: number;
      /** JSON text of an object. */
      readonly state: string;
      /** Whom a token names; empty for guests. */
      readonly user: string;
      readonly mayEdit: boolean;
      /** Since they last edited, in ms: nodes don't share a clock. Null when they never have. */
      readonly editedMsAgo: number | null;
    };

export interface Told {
  readonly people: readonly ToldPerson[];
  /** How many more are there by that node, who are only counted. */
  readonly counted: number;
}

const LEFT = 0;
const LOOKS_ON = 1;
const MAY_EDIT = 2;

/** What is between nodes is written here, and not as providers read it: they know neither ranks nor users. */
export function encodeTold({ people, counted }: Told): Uint8Array {
  const encoder = createEncoder();
  writeVarUint(encoder, counted);
  writeVarUint(encoder, people.length);
  for (const person of people) {
    writeVarUint(encoder, person.clientId);
    writeVarUint(encoder, person.clock);
    if (person.kind === 'left') {
      writeVarUint(encoder, LEFT);
      continue;
    }
    writeVarUint(encoder, person.mayEdit ? MAY_EDIT : LOOKS_ON);
    writeVarString(encoder, person.state);
    writeVarString(encoder, person.user);
    writeVarUint(encoder, person.editedMsAgo === null ? 0 : Math.round(person.editedMsAgo) + 1);
  }
  return toUint8Array(encoder);
}

/**
 * Whose state is larger than states are here, or would throw in its readers, is left out: their node let them in, and
 * everybody else in the message is to be seen (R10).
 *
 * @throws {FrameError}
 */
export function decodeTold(bytes: Uint8Array, maxStateBytes: number): Told {
  const reader = new FrameReader(bytes);
  const counted = reader.readUint();
  const people: ToldPerson[] = [];
  for (let left = reader.readUint(); left > 0; left -= 1) {
    const clientId = reader.readUint();
    const clock = reader.readUint();
    const kind = reader.readUint();
    if (kind === LEFT) {
      people.push({ kind: 'left', clientId, clock });
      continue;
    }
    const state = reader.readText();
    const user = reader.readText();
    const edited = reader.readUint();
    if (!isShowable(state, maxStateBytes)) continue;
    const editedMsAgo = edited === 0 ? null : edited - 1;
    people.push({ kind: 'here', clientId, clock, state, user, mayEdit: kind === MAY_EDIT, editedMsAgo });
  }
  // What a later release says after that is not for this one.
  return { people, counted };
}

function isShowable(text: string, maxStateBytes: number): boolean {
  if (Buffer.byteLength(text) > maxStateBytes) return false;
  try {
    const state: unknown = JSON.parse(text);
    return typeof state === 'object' && state !== null && !Array.isArray(state);
  } catch {
    return false; // that is the answer
  }
}
