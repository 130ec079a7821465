// node client/widgets/write-manifest.ts writes this file, of what the elements say of themselves.
// biome-ignore lint/style/noRestrictedImports: types alone, for who has React
import type { ClassAttributes, HTMLAttributes } from 'react';
import type { TokenSource, Words } from './base/settings.ts';
import type { QuireEventMap } from './events.ts';
import type {
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
} from './index.ts';

/** `onquire-unread`, as React 19 calls listeners. An element hears those within it, too. */
type Listeners = {
  [Name in keyof QuireEventMap as `on${Name}`]?: ((event: QuireEventMap[Name]) => void) | undefined;
};

/** What React hands to an element: attributes as HTML has them, and properties by their names. */
type Props<Made, Own = unknown> = Omit<HTMLAttributes<Made>, keyof (Own & OfAll)> &
  ClassAttributes<Made> &
  Listeners &
  OfAll &
  Own;

interface OfAll {
  server?: string | null | undefined;
  document?: string | null | undefined;
  token?: string | null | undefined;
  name?: string | null | undefined;
  color?: string | null | undefined;
  theme?: 'light' | 'dark' | 'auto' | null | undefined;
  'no-status'?: boolean | null | undefined;
  noStatus?: boolean | null | undefined;
  getToken?: TokenSource | null | undefined;
  strings?: Words | null | undefined;
}

interface EditorProps {
  placeholder?: string | null | undefined;
  readonly?: boolean | null | undefined;
  readOnly?: boolean | null | undefined;
  'no-toolbar'?: boolean | null | undefined;
  noToolbar?: boolean | null | undefined;
  'form-field'?: string | null | undefined;
  formField?: string | null | undefined;
}

interface CodeProps {
  language?: 'javascript' | 'text' | null | undefined;
  field?: string | null | undefined;
  placeholder?: string | null | undefined;
  readonly?: boolean | null | undefined;
  readOnly?: boolean | null | undefined;
  'form-field'?: string | null | undefined;
  formField?: string | null | undefined;
}

interface PresenceProps {
  max?: number | string | null | undefined;
}

interface CursorsProps {
  anchor?: string | null | undefined;
  channel?: string | null | undefined;
}

interface CommentsProps {
  for?: string | null | undefined;
  htmlFor?: string | null | undefined;
  filter?: 'open' | 'resolved' | 'all' | null | undefined;
}

interface ChatProps {
  channel?: string | null | undefined;
}

interface WhiteboardProps {
  field?: string | null | undefined;
  readonly?: boolean | null | undefined;
  readOnly?: boolean | null | undefined;
}

interface MapProps {
  tiles?: string | null | undefined;
  attribution?: string | null | undefined;
  'attribution-href'?: string | null | undefined;
  attributionHref?: string | null | undefined;
  center?: string | null | undefined;
  zoom?: number | string | null | undefined;
  'max-zoom'?: number | string | null | undefined;
  maxZoom?: number | string | null | undefined;
  follow?: string | null | undefined;
  'no-share'?: boolean | null | undefined;
  noShare?: boolean | null | undefined;
}

interface TickerProps {
  kind?: 'quotes' | 'book' | null | undefined;
  channel?: string | null | undefined;
  symbol?: string | null | undefined;
  depth?: number | string | null | undefined;
  digits?: number | string | null | undefined;
}

interface NotificationsProps {
  channel?: string | null | undefined;
  person?: string | null | undefined;
  'no-toasts'?: boolean | null | undefined;
  noToasts?: boolean | null | undefined;
}

declare module 'react' {
  // biome-ignore lint/style/noNamespace: where React looks for the elements that there are
  namespace JSX {
    interface IntrinsicElements {
      'quire-room': Props<QuireRoom>;
      'quire-editor': Props<QuireEditor, EditorProps>;
      'quire-code': Props<QuireCode, CodeProps>;
      'quire-presence': Props<QuirePresence, PresenceProps>;
      'quire-cursors': Props<QuireCursors, CursorsProps>;
      'quire-comments': Props<QuireComments, CommentsProps>;
      'quire-chat': Props<QuireChat, ChatProps>;
      'quire-whiteboard': Props<QuireWhiteboard, WhiteboardProps>;
      'quire-map': Props<QuireMap, MapProps>;
      'quire-ticker': Props<QuireTicker, TickerProps>;
      'quire-notifications': Props<QuireNotifications, NotificationsProps>;
    }
  }
}
