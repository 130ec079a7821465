import type { Hono } from 'hono';
import type { Clock } from '../clock.ts';
import type { HttpMeters } from '../observability/metrics/http-meters.ts';

/** Comes before whatever answers or refuses: each request counts, whatever becomes of it. */
export function countAnswers(api: Hono, meters: HttpMeters, clock: Clock): void {
  api.use('*', async (context, next) => {
    const beganAt = clock.monotonicMs();
    meters.began();
    let status = 500;
    try {
      await next();
      status = context.res.status;
    } finally {
      meters.answered(status, clock.monotonicMs() - beganAt);
    }
  });
}
