import { MAX_CLIENTS_AHEAD } from '@quire/protocol';
import { createDecoder, readVarUint } from 'lib0/decoding';
import { createEncoder, toUint8Array, writeUint8Array, writeVarUint } from 'lib0/encoding';
import type * as Y from 'yjs';

/** From so many on, clients that the document lacks are left out of what it is asked to compare itself with. */
const MANY_UNKNOWN = 1_000;

/** What a client says with a step 1 that its copy has. */
export interface ClientHoldings {
  /** How far it has more than the document, by client. */
  readonly ahead: ReadonlyMap<number, number>;
  /** What it has, for the answer: without those of whom the document has nothing, where they are many. */
  readonly stateVector: Uint8Array;
}

/** How many clients a state vector says that it names. @throws where it is none */
export function countClients(stateVector: Uint8Array): number {
  return readVarUint(createDecoder(stateVector));
}

/**
 * One after the other: a `Map` of all takes ten times as much as they do on the wire.
 *
 * @param tell told of each how far it is known; false ends it
 * @throws where it is no state vector
 */
export function eachClock(stateVector: Uint8Array, tell: (client: number, clock: number) => boolean): void {
  const decoder = createDecoder(stateVector);
  for (let left = readVarUint(decoder); left > 0; left -= 1) {
    if (!tell(readVarUint(decoder), readVarUint(decoder))) return;
  }
}

/** Null of more clients than may be kept (`MAX_CLIENTS_AHEAD`). @throws where it is no state vector */
export function readHoldings(stateVector: Uint8Array, { store: { clients } }: Y.Doc): ClientHoldings | null {
  const ahead = new Map<number, number>();
  const known = createEncoder();
  let [knownClients, unknownClients] = [0, 0];
  eachClock(stateVector, (client, clock) => {
    const last = clients.get(client)?.at(-1);
    if (clock > (last === undefined ? 0 : last.id.clock + last.length)) ahead.set(client, clock);
    if (last === undefined) unknownClients += 1;
    else {
      knownClients += 1;
      writeVarUint(known, client);
      writeVarUint(known, clock);
    }
    return ahead.size <= MAX_CLIENTS_AHEAD;
  });
  if (ahead.size > MAX_CLIENTS_AHEAD) return null;
  return { ahead, stateVector: unknownClients < MANY_UNKNOWN ? stateVector : encode(knownClients, known) };
}

function encode(clients: number, entries: ReturnType<typeof createEncoder>): Uint8Array {
  const encoder = createEncoder();
  writeVarUint(encoder, clients);
  writeUint8Array(encoder, toUint8Array(entries));
  return toUint8Array(encoder);
}
