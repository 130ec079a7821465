import type { LoggedEvent } from '../events/event-log.ts';
import type { Replication, SharedRoom } from './replication.ts';

/** Nobody is there by this node, who hears nothing. */
const nobody: SharedRoom = {
  describe: () => null,
  hear() {},
  lose() {},
  relay() {},
  hearEvent() {},
  eventsReach() {},
  eventsHead: '',
  recentEvents: [],
};

/**
 * Tells other nodes an event of a document that is not open here: to load it for one message would cost more than the message.
 * They don't take this node for one that has it open.
 */
export function tellWithoutOpening(replication: Pick<Replication, 'join'>, name: string, event: LoggedEvent): void {
  const link = replication.join(name, nobody);
  link.tellEvent(event);
  link.leave();
}
