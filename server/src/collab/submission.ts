import type { AuthoredUpdate } from '@quire/persistence';
import type { DocumentConnection } from './document-connection.ts';
import type { Handshake } from './receipt-ledger.ts';

/** Something on its way to the journal. */
export interface Submission {
  /** Null for the server's own edits. */
  readonly connection: DocumentConnection | null;
  readonly handshake: Handshake;
  readonly kind: 'update' | 'step-2';
  /** What to journal; null when the frame adds nothing and only wants its receipt in order. */
  readonly content: readonly AuthoredUpdate[] | null;
  /** The client's own bytes, for the echo of the y-websocket dialect. */
  readonly frame: Uint8Array | null;
  readonly owed: boolean;
  /** The document's title after it, where that is known beforehand; null leaves it to be read once it is applied. */
  readonly title: string | null;
  /** It is in the document already: somebody in this process changed the document itself. */
  readonly applied: boolean;
  /** It is on disk already: another node journalled it, where its author has the receipt. */
  readonly stored: boolean;
  /** When its frame was read, monotonic, in ms; null when nobody measures it, or it came from no client. */
  readonly readAtMs: number | null;
  /** The content as one update, where it is too large to be applied at once. */
  readonly large?: Uint8Array;
  /** The content is empty: it is journalled for the title that its entry takes along. */
  readonly isTitleOnly?: true;
  /** Called once the document has it: others may be drafted on top of it, whatever its receipt waits for. */
  readonly onApplied?: () => void;
  /** Told once it has its receipt, or would have it (G1); or what kept it from that. */
  readonly settled?: { resolve(): void; reject(error: unknown): void };
}

/** What is written down without a connection that brings it. */
export type Written = Pick<Submission, 'content' | 'title' | 'large'>;

/** The document has it already. It waits for those before it: what it says again may be theirs, and not confirmed yet (G1). */
export const NOTHING_NEW: Written = { content: null, title: null };

/** A submission of nobody, that nobody is told of. */
export const NOTHING: Submission = {
  connection: null,
  handshake: 0,
  kind: 'update',
  content: null,
  frame: null,
  owed: false,
  title: null,
  applied: false,
  stored: false,
  readAtMs: null,
};

export function weighSubmission(submission: Submission): number {
  let bytes = 0;
  for (const { update } of submission.content ?? []) bytes += update.length;
  return bytes;
}
