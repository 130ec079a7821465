import { openFrameSocket, startServer } from '@quire/testing';

const SCRAPES = 50;
/** Sockets that are opened at a time: more would wait for one another. */
const AT_ONCE = 200;

export function median(figures: readonly number[]): number {
  const sorted = figures.toSorted((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}

/** How long `/metrics` takes while so many sockets are open, over loopback and including the transfer. */
export async function measureScrapes(
  sessions: number,
): Promise<{ readonly scrapesMs: readonly number[]; readonly bytes: number }> {
  const server = await startServer({ ownProcess: true, env: { QUIRE_LIMITS_ESTABLISH_TIMEOUT_MS: '600000' } });
  try {
    const sockets = [];
    while (sockets.length < sessions) {
      const count = Math.min(AT_ONCE, sessions - sockets.length);
      const opened = Array.from({ length: count }, () => openFrameSocket(`${server.wsUrl}/collab`));
      sockets.push(...(await Promise.all(opened)));
    }
    const scrapesMs: number[] = [];
    let bytes = 0;
    for (let scrape = 0; scrape < SCRAPES; scrape += 1) {
      const beganAt = performance.now();
      const text = await (await fetch(`${server.url}/metrics`)).text();
      scrapesMs.push(performance.now() - beganAt);
      bytes = text.length;
    }
    for (const socket of sockets) socket.terminate();
    return { scrapesMs, bytes };
  } finally {
    await server.stop();
  }
}
