/** What a small server does wrong when it is told to, and which checks have to notice. */
export const faults = {
  'forgets when it is killed': ['shown-is-durable', 'receipted-survives'],
  'drops every second update': ['two-people', 'concurrent-edits', 'late-joiner', 'published-providers'],
  'takes no step 2': ['reconnect', 'large-document'],
  'puts out who repeats an update': ['replayed-frames'],
  'receipts nothing': ['receipts'],
  'receipts before the step 2': ['no-early-receipt'],
  'shows a document before it is loaded': ['never-empty'],
  'takes names for the same that differ in case': ['odd-names'],
  'mixes the documents of a socket': ['many-documents'],
  'tells nobody who is there': ['present-at-once'],
  'keeps who says that they left': ['clean-leave'],
  'keeps who is gone': ['killed-socket'],
  'lets anybody speak for anybody': ['forged-removal', 'forged-presence'],
  'lets readers write': ['reader-writes'],
  'puts out who says what it does not know': ['stateless'],
  'relays what only servers say': ['broadcast-stateless'],
  'passes over what it can not read': ['truncated-frame', 'huge-length', 'bad-update', 'noise', 'text-frame'],
  'hears nothing more after a message of an unknown kind': ['unknown-kind'],
  'waits for frames of any size': ['oversized-frame'],
  'waits for the slowest': ['slow-reader'],
  'keeps everything for who does not read': ['stopped-reader'],
} as const satisfies Readonly<Record<string, readonly string[]>>;

export type Fault = keyof typeof faults;
export const faultNames = Object.keys(faults) as readonly Fault[];
