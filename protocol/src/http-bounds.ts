/**
 * How much may be on its way down a line of plain requests. Both sides reckon with it: a client says that events have
 * arrived long before the server would wait for that.
 */
export const eventWindow = {
  /**
   * Of events of which the client has not said that it has them. As much as a connection keeps in the system: with a round
   * trip of 50 ms it is 5 MB/s.
   */
  bytes: 256 * 1024,
  /** What an event counts besides its bytes, so that very many small ones are bounded too. */
  overheadBytes: 128,
} as const;

/** Of one request up such a line. Many proxies take no more by themselves, and clients send the rest in the next one. */
export const MAX_HTTP_BODY_BYTES = 1024 * 1024;

/** How many connections a node takes for each session that it may have: over plain HTTP one has two, for either way. */
export const CONNECTIONS_PER_SESSION = 2;

/** And for everything else: calls, pages, health checks, other nodes. */
export const CONNECTIONS_BESIDES_SESSIONS = 1_000;
