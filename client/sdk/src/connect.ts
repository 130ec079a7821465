import type { Client, ConnectOptions } from './api.ts';
import { QuireError } from './errors.ts';

/**
 * @example
 * const client = connect({ url: 'ws://localhost:8080/collab' });
 * const room = client.open('team/plan');
 * room.doc.getText('body').insert(0, 'Hello');
 * await room.whenSaved();
 */
export function connect(_options: ConnectOptions = {}): Client {
  throw new QuireError('unreachable', 'Rooms are on their way.');
}
