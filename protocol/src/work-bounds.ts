/** Of a document. */
export const MAX_THREADS = 2_000;
export const MAX_COMMENTS_PER_THREAD = 500;

/**
 * Of so many clients a copy may have more than its document: a hundred days of five hundred pages each that were written
 * with while the server was away, or that a backup from before them was restored under. To look at as many takes milliseconds.
 */
export const MAX_CLIENTS_AHEAD = 50_000;

/** Calls of the HTTP API that wait for their turn on one document: those about its content, and those about its comments. */
export const MAX_WAITING_CALLS = 16;

/**
 * Most steps that an update may make Yjs go. At the half microsecond that one took here it is twenty seconds, as long as a judgement
 * may take. To come near it, somebody would have to write six thousand times, offline, at one place where six thousand other
 * things were put meanwhile; whoever pastes, adds to the end of a list, or replaces a word everywhere, makes hardly a step for each
 * change.
 */
export const MAX_INTEGRATION_STEPS = 40_000_000;

/**
 * So long a copy that the server makes of a document may keep the processor busy. The largest that are allowed take two seconds on a
 * machine that has nothing else to do. Who writes at contested places again and again makes documents whose parts each have less
 * than {@link MAX_INTEGRATION_STEPS}, and that would take any time all together.
 */
export const MAX_COPYING_MS = 10_000;
