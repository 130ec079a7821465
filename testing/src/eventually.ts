import { type UntilOptions, until } from './until.ts';

/**
 * As `until`, for a probe that takes its time: it is asked again as soon as it has answered. One that takes longer than
 * there is time is not waited for.
 *
 * @param probe given a signal that tells it when nobody waits for its answer any more
 */
export async function eventually(
  probe: (signal: AbortSignal) => Promise<boolean>,
  options: UntilOptions,
): Promise<void> {
  const over = new AbortController();
  const { signal } = over;
  let isTrue = false;
  let failure: unknown = null;
  void (async () => {
    while (!isTrue && !signal.aborted) isTrue = await probe(signal);
  })().catch((error: unknown) => {
    failure = error;
  });
  try {
    await until(() => {
      if (failure !== null) throw failure;
      return isTrue;
    }, options);
  } finally {
    over.abort();
  }
}
