import type { Epoch } from '@quire/persistence';
import type { LoggedEvent } from '../events/event-log.ts';
import { nameLaterLife } from './former-lives.ts';
import type { Replication, SharedRoom } from './replication.ts';

/** Nobody is there by this node, who hears nothing. */
const nobody: Omit<SharedRoom, 'epoch'> = {
  describe: () => null,
  hear() {},
  lose() {},
  relay() {},
  hearEvent() {},
  passEvent() {},
  eventsReach() {},
  learnEventKeys() {},
  hearEventsSince() {},
  eventKeys: [],
  eventsHead: '',
  recentEvents: [],
};

/**
 * Tells other nodes an event of a document that is not open here: to load it for one message would cost more than the message.
 * They don't take this node for one that has it open.
 */
export function tellWithoutOpening(
  replication: Pick<Replication, 'join'>,
  { epoch, name }: { readonly name: string; readonly epoch: Epoch },
  event: LoggedEvent,
): void {
  const link = replication.join(name, { ...nobody, epoch: nameLaterLife(epoch) });
  link.tellEvent(event);
  link.leave();
}
