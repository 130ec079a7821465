import { randomBytes } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import type { Check, Need } from './check.ts';
import { checks } from './checks/index.ts';
import type { DialectName } from './dialect.ts';
import { CheckFailure, type Finding, NotCheckable } from './failure.ts';
import { answersIn } from './guess-dialect.ts';
import { isListening, type Operator, OperatorError } from './operator.ts';
import { Stage } from './stage.ts';
import type { Target } from './target.ts';

export interface ConformanceOptions {
  /** Of the Hocuspocus dialect: the address of the socket. Of y-websocket: what stands before `/<document>`. */
  readonly url: string;
  readonly dialect: DialectName;
  /** Of somebody who may write. */
  readonly token?: string;
  /** Of somebody else who may write: a server may let a person speak for themself on a second socket. Not needed without tokens. */
  readonly otherToken?: string;
  /** Of somebody who may only read; without one that is not checked. */
  readonly readerToken?: string;
  /** Kills and restarts the server; without one nothing is known of its disk. */
  readonly operator?: Operator;
  /** What all names of documents begin with. Left out: `conformance-`. */
  readonly prefix?: string;
  /** Left out: all. */
  readonly only?: readonly Check[];
  /** Every time limit is multiplied by it: above 1 for slow machines. Left out: 1. */
  readonly patience?: number;
  readonly onResult?: (result: CheckResult) => void;
  /** Given what was found until then, when the operator fails; the error follows. */
  readonly onInterrupted?: (report: ConformanceReport) => void;
}

export type Outcome =
  | { readonly kind: 'passed' }
  | { readonly kind: 'failed'; readonly finding: Finding }
  | { readonly kind: 'not-checked'; readonly reason: string };

export interface CheckResult {
  readonly check: Check;
  readonly outcome: Outcome;
  readonly durationMs: number;
}

export interface ConformanceReport {
  readonly url: string;
  readonly dialect: DialectName;
  readonly results: readonly CheckResult[];
  /** Every document that was made, in the order in which they were. */
  readonly documents: readonly string[];
  readonly durationMs: number;
}

export const DEFAULT_PREFIX = 'conformance-';
/** The longest that has its time: a flood, a restart. */
const CHECK_LIMIT_MS = 60_000;
/** Until a server that broke counts as gone: one that is supervised comes back by itself. */
const GONE_AFTER_MS = 10_000;
const ASK_EVERY_MS = 100;

/**
 * Checks one server, one check after the other, on documents of its own. It fails only when the operator does; what the
 * server does wrong is in the report.
 *
 * @example
 * const report = await checkConformance({ url: 'ws://localhost:8080/collab', dialect: 'hocuspocus' });
 * console.log(report.results.filter(({ outcome }) => outcome.kind === 'failed'));
 *
 * @throws {OperatorError} when the server can't be killed or restarted as was said
 */
export async function checkConformance(options: ConformanceOptions): Promise<ConformanceReport> {
  const target: Target = {
    url: options.url,
    dialect: options.dialect,
    token: options.token ?? '',
    otherToken: options.otherToken ?? null,
    readerToken: options.readerToken ?? null,
    operator: options.operator ?? null,
    patience: options.patience ?? 1,
  };
  const run = `${options.prefix ?? DEFAULT_PREFIX}${randomBytes(4).toString('hex')}-`;
  const documents: string[] = [];
  const results: CheckResult[] = [];
  const beganAt = performance.now();
  let isGone = false;
  // Not whether it listens: a process that is about to end still does.
  const isServing = (): Promise<boolean> => {
    const document = `${run}is-anybody-there`;
    if (!documents.includes(document)) documents.push(document);
    // Who has little patience with a check would take a server that is busy for one that is gone.
    const patience = Math.max(1, target.patience);
    return answersIn(target.dialect, { url: target.url, document, token: target.token }, patience);
  };
  const report = (): ConformanceReport => ({
    url: options.url,
    dialect: options.dialect,
    results,
    documents,
    durationMs: Math.round(performance.now() - beganAt),
  });
  try {
    for (const check of options.only ?? checks) {
      const checkBeganAt = performance.now();
      const reason = isGone ? 'the server is gone since the check before' : findHindrance(check, target);
      const judged: Outcome =
        reason === null
          ? await runCheck(check, new Stage(target, `${run}${check.id}`, (name) => documents.push(name)))
          : { kind: 'not-checked', reason };
      const isHarmed = judged.kind === 'failed' && !(await isServing());
      const outcome = isHarmed ? addEnd(judged) : judged;
      const result = { check, outcome, durationMs: Math.round(performance.now() - checkBeganAt) };
      results.push(result);
      options.onResult?.(result);
      if (isHarmed) isGone = !(await comesBack(target, isServing));
    }
  } catch (error) {
    options.onInterrupted?.(report());
    throw error;
  }
  return report();
}

const needs: Readonly<Record<Need, { readonly isMet: (target: Target) => boolean; readonly reason: string }>> = {
  operator: {
    isMet: ({ operator }) => operator !== null,
    reason: 'it takes --kill-command and --restart-command',
  },
  'another-person': {
    isMet: ({ token, otherToken }) => token === '' || otherToken !== null,
    reason: 'it takes --other-token',
  },
  'reader-token': {
    isMet: ({ readerToken }) => readerToken !== null,
    reason: 'it takes --reader-token',
  },
};

/** Why a check has nothing to say of this server; null when it has. */
function findHindrance(check: Check, target: Target): string | null {
  if (check.dialects !== undefined && !check.dialects.includes(target.dialect)) {
    return `the ${target.dialect} dialect has no such thing`;
  }
  const missing = check.needs?.map((need) => needs[need]).find(({ isMet }) => !isMet(target));
  return missing?.reason ?? null;
}

async function runCheck(check: Check, stage: Stage): Promise<Outcome> {
  const limit = new AbortController();
  const limitMs = CHECK_LIMIT_MS * stage.target.patience;
  try {
    const running = check.run(stage);
    running.catch(() => {}); // what is cut short fails later, when nobody listens
    await Promise.race([running, failAfter(limitMs, check, limit.signal)]);
    return { kind: 'passed' };
  } catch (error) {
    if (error instanceof OperatorError) throw error;
    if (error instanceof NotCheckable) return { kind: 'not-checked', reason: error.message };
    if (error instanceof CheckFailure) return { kind: 'failed', finding: error.finding };
    return { kind: 'failed', finding: { sent: check.does, expected: check.passes, came: describeError(error) } };
  } finally {
    limit.abort();
    stage.close();
  }
}

async function failAfter(limitMs: number, check: Check, signal: AbortSignal): Promise<never> {
  await pause(limitMs, undefined, { signal });
  throw new CheckFailure({
    sent: check.does,
    expected: check.passes,
    came: `nothing that would have ended the check within ${limitMs / 1_000} s`,
  });
}

function describeError(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** Where the server has ended with the check, that is the worst of what came. */
function addEnd({ finding }: Extract<Outcome, { kind: 'failed' }>): Outcome {
  return { kind: 'failed', finding: { ...finding, came: `${finding.came}; and it lets nobody in any more` } };
}

/** Whether the server is there for the next check; one that has ended is started again, where that is possible. */
async function comesBack(target: Target, isServing: () => Promise<boolean>): Promise<boolean> {
  const deadline = performance.now() + GONE_AFTER_MS * target.patience;
  while (performance.now() < deadline) {
    if (target.operator !== null && !(await isListening(target.url))) await target.operator.restart();
    if (await isServing()) return true;
    await pause(ASK_EVERY_MS);
  }
  return false;
}
