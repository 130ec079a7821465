import type { DocumentConnection } from './document-connection.ts';
import type { SharedRoom } from './replication.ts';

/** A document that is open here, as the other nodes see it that have it open. */
export function createSharedRoom(owner: { connections(): Iterable<DocumentConnection> }): SharedRoom {
  return {
    describe: () => null,
    hear() {},
    lose() {},
    relay(payload) {
      for (const connection of owner.connections()) connection.say({ kind: 'stateless', payload });
    },
  };
}
