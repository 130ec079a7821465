/** Every state a room can be in, as a person sees it. */
export type RoomState =
  | 'connecting'
  | 'saving'
  | 'saved'
  | 'offline'
  | 'reconnecting'
  | 'view-only'
  | 'cannot-save'
  | 'gone';

/** How a state wants to look: `quiet` needs no attention, `busy` is on its way, `bad` needs the person. */
export type StatusTone = 'quiet' | 'good' | 'busy' | 'warning' | 'bad';

export interface StatusRow {
  readonly tone: StatusTone;
  /** Shown beside the title. */
  readonly label: string;
  /** One sentence that explains the label, for a tooltip or a screen reader. */
  readonly explanation: string;
}

/** The only place that holds these words. */
export const statusTable = {
  connecting: { tone: 'busy', label: 'Connecting…', explanation: 'Fetching the document from the server.' },
  saving: { tone: 'busy', label: 'Saving…', explanation: 'Your latest changes are on their way to the server.' },
  saved: { tone: 'good', label: 'Saved', explanation: 'Every change you made is on the server’s disk.' },
  offline: {
    tone: 'warning',
    label: 'Offline — will sync',
    explanation: 'You can go on editing. Your changes are sent when the server can be reached.',
  },
  reconnecting: {
    tone: 'warning',
    label: 'Reconnecting…',
    explanation: 'The connection was lost. Your changes are sent as soon as it is back.',
  },
  'view-only': { tone: 'quiet', label: 'View only', explanation: 'You can read this document but not change it.' },
  'cannot-save': {
    tone: 'bad',
    label: 'Can’t save',
    explanation: 'Your latest changes are not on the server.',
  },
  gone: { tone: 'bad', label: 'Deleted', explanation: 'This document was deleted. Nothing you change here is kept.' },
} as const satisfies Record<RoomState, StatusRow>;

/** The words for a state; only `cannot-save` says its reason. */
export function labelFor(state: RoomState, reason?: string): string {
  const { label } = statusTable[state];
  return state === 'cannot-save' && reason !== undefined ? `${label}: ${reason}` : label;
}

/** Said with the explanation of a state while the server is reached over plain HTTP. */
export const overHttpNote =
  'This network lets no WebSocket through, so changes travel over plain HTTP, a little slower.';
