import { define } from './base/quire-element.ts';
import { QuireChat } from './chat/quire-chat.ts';
import { QuireCode } from './code/quire-code.ts';
import { QuireComments } from './comments/quire-comments.ts';
import { QuireCursors } from './cursors/quire-cursors.ts';
import { QuireEditor } from './editor/quire-editor.ts';
import type { QuireEventMap } from './events.ts';
import { QuireMap } from './map/quire-map.ts';
import { QuireNotifications } from './notifications/quire-notifications.ts';
import { QuirePresence } from './presence/quire-presence.ts';
import { QuireRoom } from './room/quire-room.ts';
import { QuireTicker } from './ticker/quire-ticker.ts';
import { QuireWhiteboard } from './whiteboard/quire-whiteboard.ts';

export type { Held } from './base/held.ts';
export { define, QuireElement } from './base/quire-element.ts';
export type { Settings, TokenSource, Words } from './base/settings.ts';
export type { QuireEventDetails, QuireEventMap } from './events.ts';
export {
  QuireChat,
  QuireCode,
  QuireComments,
  QuireCursors,
  QuireEditor,
  QuireMap,
  QuireNotifications,
  QuirePresence,
  QuireRoom,
  QuireTicker,
  QuireWhiteboard,
};

/** The room first: whatever asks for one in the page is answered at once. */
export const elements = [
  QuireRoom,
  QuireEditor,
  QuireCode,
  QuirePresence,
  QuireCursors,
  QuireComments,
  QuireChat,
  QuireWhiteboard,
  QuireMap,
  QuireTicker,
  QuireNotifications,
] as const;

for (const element of elements) define(element);

type ElementsByTag = { [Made in (typeof elements)[number] as Made['tag']]: InstanceType<Made> };

declare global {
  interface GlobalEventHandlersEventMap extends QuireEventMap {}
  interface HTMLElementTagNameMap extends ElementsByTag {}
}
