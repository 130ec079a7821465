import { define } from './base/quire-element.ts';
import { QuireChat } from './chat/quire-chat.ts';
import { QuireCode } from './code/quire-code.ts';
import { QuireComments } from './comments/quire-comments.ts';
import { QuireCursors } from './cursors/quire-cursors.ts';
import { QuireEditor } from './editor/quire-editor.ts';
import { QuireMap } from './map/quire-map.ts';
import { QuireNotifications } from './notifications/quire-notifications.ts';
import { QuirePresence } from './presence/quire-presence.ts';
import { QuireRoom } from './room/quire-room.ts';
import { QuireTicker } from './ticker/quire-ticker.ts';
import { QuireWhiteboard } from './whiteboard/quire-whiteboard.ts';

export type { Held } from './base/held.ts';
export { define, QuireElement } from './base/quire-element.ts';
export type { Settings, TokenSource, Words } from './base/settings.ts';
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

declare global {
  interface HTMLElementTagNameMap {
    'quire-chat': QuireChat;
    'quire-code': QuireCode;
    'quire-comments': QuireComments;
    'quire-cursors': QuireCursors;
    'quire-editor': QuireEditor;
    'quire-map': QuireMap;
    'quire-notifications': QuireNotifications;
    'quire-presence': QuirePresence;
    'quire-room': QuireRoom;
    'quire-ticker': QuireTicker;
    'quire-whiteboard': QuireWhiteboard;
  }
}
