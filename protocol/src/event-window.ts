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
