import { addressGroup } from './config/address-range.ts';

/**
 * Who counts as one where something is shared out among many, by whatever way they come: whom a token names, wherever they are; of
 * guests, of whom nobody knows who is who, all that come from one address.
 *
 * @param user the id of a user; empty for guests
 */
export function partyOf(user: string, remoteAddress: string): string {
  return user === '' ? `address ${addressGroup(remoteAddress)}` : `user ${user}`;
}
