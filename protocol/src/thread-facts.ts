/** Of UTF-16 units: some pages of text. */
export const MAX_COMMENT_LENGTH = 10_000;
export const MAX_GUEST_NAME_LENGTH = 60;

/** The shared map of a companion document that holds the threads, by id. The server alone writes in it. */
export const THREADS_MAP = 'threads';
