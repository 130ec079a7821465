import { MAX_RETRY_HINT_MS, type RetryHint } from '@quire/protocol/wire';

const FIRST_DELAY_MS = 250;
/** Short at first: after a server's restart nobody should wait much longer than the server took. */
const PATIENT_DELAY_MS = MAX_RETRY_HINT_MS;
/** A server that has been away for about a minute is spared. */
const PATIENT_ATTEMPTS = 25;
/** A server that said that it would be back is expected for longer: an upgrade takes minutes. */
const RESTART_PATIENCE_MS = 10 * 60_000;
const LONGEST_DELAY_MS = 15_000;

/** A server that is away because it restarts, and said so. */
export interface Restart {
  /** How long ago it said so. */
  readonly agoMs: number;
  /** When it wants to be asked again; null when it did not say. */
  readonly hint: RetryHint | null;
}

/**
 * How long to wait before the next attempt. Spread over the upper half of the delay, so that all the clients of a server
 * that went away do not return in the same moment.
 *
 * While a server restarts, no delay is longer than {@link MAX_RETRY_HINT_MS}: whenever it is ready again, everybody has
 * tried once more within 3 s. The first attempt comes when the server's hint says, and none after it sooner.
 *
 * @param failures attempts that have failed in a row
 * @param random in [0, 1)
 */
export function computeRetryDelayMs(failures: number, random: number, restart: Restart | null = null): number {
  const isRestarting = restart !== null && restart.agoMs < RESTART_PATIENCE_MS;
  const longest = isRestarting || failures < PATIENT_ATTEMPTS ? PATIENT_DELAY_MS : LONGEST_DELAY_MS;
  const delay = Math.round(Math.min(FIRST_DELAY_MS * 2 ** Math.min(failures, 16), longest) * (0.5 + random / 2));
  if (restart?.hint == null) return delay;
  const { minMs, maxMs } = restart.hint;
  const hinted = Math.round(minMs + (maxMs - minMs) * random);
  return failures === 0 ? hinted : Math.max(hinted, delay);
}
