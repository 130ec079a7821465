import type { Context } from 'hono';
import type { Logger } from '../observability/log.ts';

/** Logs what a request failed of that is not its sender's fault; that a sender has hung up is none of ours either. */
export function logRequestFailure(log: Logger, error: Error, context: Context): void {
  const { method, url, raw } = context.req;
  if (isHangUp(error, raw.signal)) log.debug({ method, url }, 'a client hung up');
  else log.error({ err: error, method, url }, 'a request failed');
}

/** The error is the end of the connection itself; one of ours stays one, though nobody may wait for the answer. */
function isHangUp(error: Error, { aborted, reason }: AbortSignal): boolean {
  return aborted && (reason === error || String(reason) === String(error) || String(reason) === error.message);
}
