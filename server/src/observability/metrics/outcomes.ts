import type { Clock } from '../../clock.ts';
import { Distribution } from './distribution.ts';

/** How long something took that can fail, apart for success and failure. */
export class Outcomes {
  readonly values: { readonly ok: Distribution; readonly failed: Distribution };

  constructor(bounds: readonly number[]) {
    this.values = { ok: new Distribution(bounds), failed: new Distribution(bounds) };
  }

  /** @param counts whether what was done without an error was the thing itself */
  async time<T>(clock: Clock, work: () => Promise<T>, counts: () => boolean = () => true): Promise<T> {
    const beganAt = clock.monotonicMs();
    try {
      const result = await work();
      if (counts()) this.values.ok.observeMs(clock.monotonicMs() - beganAt);
      return result;
    } catch (error) {
      this.values.failed.observeMs(clock.monotonicMs() - beganAt);
      throw error;
    }
  }
}
