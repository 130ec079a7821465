// node client/widgets/write-manifest.ts writes this file, of what the elements say of themselves.
import type { EventSender, Person, RoomState } from '@quire/client';
import type { Position } from './map/positions.ts';
import type { Notice } from './notifications/notices.ts';

/** The `detail` of each event that an element of Quire tells of. */
export interface QuireEventDetails {
  'quire-ready': unknown;
  'quire-status': { state: RoomState | 'error'; label: string };
  'quire-error': { code: string; message: string; error?: unknown };
  'quire-input': unknown;
  'quire-thread': { thread: string };
  'quire-presence': { people: readonly Person[]; viewers: number };
  'quire-comment': { action: 'start' | 'reply' | 'change' | 'delete' | 'resolve' | 'reopen'; thread: string };
  'quire-message': { id: string; at: number; text: string; from: EventSender; isMine: boolean };
  'quire-unread': { count: number };
  'quire-gap': { gap: 'lost' | 'unknown' };
  'quire-board': { strokes: number };
  'quire-position': { clientId: number; name: string; isMe: boolean; position: Position };
  'quire-follow': { follow: 'all' | number | null };
  'quire-tick': { data: unknown; at: number };
  'quire-notification': { notice: Notice };
}

/** What listeners are given, wherever in a page they listen: the events bubble, and leave shadow roots. */
export type QuireEventMap = { [Name in keyof QuireEventDetails]: CustomEvent<QuireEventDetails[Name]> };
