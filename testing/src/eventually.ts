import { type UntilOptions, until } from './until.ts';

/** As `until`, for a probe that takes its time: it is asked again as soon as it has answered. */
export async function eventually(probe: () => Promise<boolean>, options: UntilOptions): Promise<void> {
  let isTrue = false;
  let isOver = false;
  let failure: unknown = null;
  const asking = (async () => {
    while (!isTrue && !isOver) isTrue = await probe();
  })().catch((error: unknown) => {
    failure = error;
  });
  try {
    await until(() => {
      if (failure !== null) throw failure;
      return isTrue;
    }, options);
  } finally {
    isOver = true;
    await asking;
  }
}
