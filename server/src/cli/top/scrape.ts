import { describeUnreachable } from '../server-address.ts';
import { readExposition, type Scrape } from './exposition.ts';

const PATIENCE_MS = 5000;

/** Why there is nothing to show, in words for whoever asked. */
export class ScrapeError extends Error {
  override readonly name = 'ScrapeError';
}

export interface ScrapeTarget {
  /** Of the server. */
  readonly url: URL;
  readonly token: string | undefined;
}

/** @throws {ScrapeError} */
export async function scrape({ url, token }: ScrapeTarget, nowMs: () => number): Promise<Scrape> {
  const { status, statusText, text } = await ask(new URL('/metrics', url), token);
  switch (status) {
    case 200: {
      const found = readExposition(text, nowMs());
      if (!found.samples.has('quire_sessions')) throw new ScrapeError(`What answers at ${url.origin} is not Quire.`);
      return found;
    }
    case 401:
      throw new ScrapeError(
        `${url.origin} wants ${token === undefined ? 'a' : 'another'} token: set QUIRE_METRICS_TOKEN to its metricsToken.`,
      );
    case 404:
      throw new ScrapeError(
        `${url.origin} shows no metrics here: they are switched off, or only the machine itself may ask (setting metricsToken).`,
      );
    default:
      throw new ScrapeError(`${url.origin} answers with ${status} ${statusText}.`);
  }
}

interface Answer {
  readonly status: number;
  readonly statusText: string;
  readonly text: string;
}

/** All of the answer: a server may go away in the middle of it. */
async function ask(url: URL, token: string | undefined): Promise<Answer> {
  const headers = token === undefined ? {} : { Authorization: `Bearer ${token}` };
  try {
    const response = await fetch(url, { headers, redirect: 'manual', signal: AbortSignal.timeout(PATIENCE_MS) });
    return { status: response.status, statusText: response.statusText, text: await response.text() };
  } catch (cause) {
    throw new ScrapeError(describeUnreachable(url, cause, PATIENCE_MS), { cause });
  }
}
