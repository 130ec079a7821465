const FIRST_DELAY_MS = 250;
/** Short at first: after a server's restart nobody should wait much longer than the server took. */
const PATIENT_DELAY_MS = 2_500;
/** A server that has been away for about a minute is spared. */
const PATIENT_ATTEMPTS = 25;
const LONGEST_DELAY_MS = 15_000;

/**
 * How long to wait before the next attempt. Spread over the upper half of the delay, so that all the clients of a server
 * that went away do not return in the same moment.
 *
 * @param failures attempts that have failed in a row
 * @param random in [0, 1)
 */
export function computeRetryDelayMs(failures: number, random: number): number {
  const longest = failures < PATIENT_ATTEMPTS ? PATIENT_DELAY_MS : LONGEST_DELAY_MS;
  const delay = Math.min(FIRST_DELAY_MS * 2 ** Math.min(failures, 16), longest);
  return Math.round(delay * (0.5 + random / 2));
}
