/**
 * Listens until what it returns is called, or the signal aborts; where it has aborted already, not at all.
 *
 * @param begin begins to listen; returns how to stop, which may be called again
 */
export function listenUntilAborted(begin: () => () => void, signal: AbortSignal | undefined): () => void {
  if (signal?.aborted === true) return () => {};
  const stop = begin();
  const end = () => {
    stop();
    signal?.removeEventListener('abort', end);
  };
  signal?.addEventListener('abort', end, { once: true });
  return end;
}
