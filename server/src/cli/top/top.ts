import { type Clock, systemClock } from '../../clock.ts';
import { ConfigError } from '../../config/config-error.ts';
import { type ConfigSources, loadConfig } from '../../config/load-config.ts';
import { describeBadUrl, readServerUrl } from '../server-address.ts';
import { compareScrapes } from './activity.ts';
import { drawActivity, listActivity } from './describe-activity.ts';
import type { Scrape } from './exposition.ts';
import { fitScreen } from './fit-screen.ts';
import { ScrapeError, type ScrapeTarget, scrape } from './scrape.ts';

const INTERVAL_MS = 1000;

/** Of a terminal that does not say how large it is, or says 0: some serial lines, and those of containers. */
const USUAL_SCREEN = { columns: 80, rows: 24 };

/** The other screen of the terminal, so that what was there before comes back; no cursor; from its top. */
const ENTER_SCREEN = '\x1b[?1049h\x1b[?25l';
const LEAVE_SCREEN = '\x1b[?25h\x1b[?1049l';
const REDRAW = '\x1b[H\x1b[J';

export interface TopOptions {
  readonly url: string | undefined;
  readonly once: boolean;
}

/** `quire top`. What is not a terminal gets one measurement, as with `--once`. */
export async function top(sources: ConfigSources, options: TopOptions): Promise<void> {
  try {
    const target = await findTarget(sources, options.url);
    if (options.once || !process.stdout.isTTY) await printOnce(target, systemClock);
    else await watch(target, systemClock);
  } catch (error) {
    if (!(error instanceof ScrapeError || error instanceof ConfigError)) throw error;
    process.exitCode = 1;
    process.stderr.write(`${error.message}\n`);
  }
}

/** The port and the token are those that a server would have here: most often it was started in the same place. */
async function findTarget(sources: ConfigSources, url: string | undefined): Promise<ScrapeTarget> {
  const config = await loadConfig(sources);
  const parsed = readServerUrl(url, config);
  if (parsed === null) throw new ScrapeError(describeBadUrl(url));
  return { url: parsed, token: config.metricsToken };
}

async function printOnce(target: ScrapeTarget, clock: Clock): Promise<void> {
  const now = (): number => clock.monotonicMs();
  const before = await scrape(target, now);
  await new Promise<void>((resolve) => clock.after(INTERVAL_MS, resolve));
  const after = await scrape(target, now);
  process.stdout.write(listActivity(compareScrapes(before, after, clock.now() / 1000)));
}

async function watch(target: ScrapeTarget, clock: Clock): Promise<void> {
  let before = await scrape(target, () => clock.monotonicMs());
  const stop = listenForStop();
  process.stdout.write(`${ENTER_SCREEN}${REDRAW}Measuring ${target.url.origin} …\n`);
  try {
    while (!(await stop.within(INTERVAL_MS, clock))) {
      before = await refresh(target, before, clock);
    }
  } finally {
    stop.dispose();
    process.stdout.write(LEAVE_SCREEN);
  }
}

/** A server that is gone for a while comes back on the screen by itself. */
async function refresh(target: ScrapeTarget, before: Scrape, clock: Clock): Promise<Scrape> {
  try {
    const after = await scrape(target, () => clock.monotonicMs());
    const drawn = drawActivity(target.url.origin, compareScrapes(before, after, clock.now() / 1000));
    const columns = process.stdout.columns || USUAL_SCREEN.columns;
    const rows = process.stdout.rows || USUAL_SCREEN.rows;
    process.stdout.write(`${REDRAW}${fitScreen(`${drawn}\nControl-C ends this.`, { columns, rows })}`);
    return after;
  } catch (error) {
    if (!(error instanceof ScrapeError)) throw error;
    process.stdout.write(`${REDRAW}${error.message}\n  Trying again.\n`);
    return before;
  }
}

interface Stop {
  /** Whether it was asked for by then. */
  within(delayMs: number, clock: Clock): Promise<boolean>;
  dispose(): void;
}

function listenForStop(): Stop {
  let asked = false;
  let onAsked = (): void => {};
  const ask = (): void => {
    asked = true;
    onAsked();
  };
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, ask);
  return {
    within: (delayMs, clock) =>
      new Promise((resolve) => {
        const cancel = clock.after(delayMs, () => resolve(asked));
        onAsked = () => {
          cancel();
          resolve(true);
        };
        if (asked) onAsked();
      }),
    dispose() {
      for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.off(signal, ask);
    },
  };
}
