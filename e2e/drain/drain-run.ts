import { cp, rm } from 'node:fs/promises';
import {
  type Closed,
  converged,
  createRandom,
  type Exit,
  type ServerProcess,
  startServer,
  until,
} from '@quire/testing';
import type { Doc } from 'yjs';
import { readAnew } from '../crash/read-anew.ts';
import { type Crowd, joinCrowd } from './crowd.ts';
import { createHocuspocusTypist, createYWebsocketTypist, type ProviderTypist } from './provider-typists.ts';
import { followReturns, type Return } from './returns.ts';
import { createSdkTypist, type SdkTypist } from './sdk-typist.ts';
import type { Typist } from './typist.ts';
import { type Waits, watchWaits } from './watch-waits.ts';

/** What one restart was like. */
export interface Restart {
  readonly number: number;
  readonly exit: Exit;
  /** From the signal to the end of the process. */
  readonly drainedInMs: number;
  /** Edits that were on their way in the moment of the signal: sent, or being sent, and not confirmed. */
  readonly inFlight: number;
  /** How many of those the server confirmed before it was gone. */
  readonly receipted: number;
  /** How many of those are in the data that it left; the others their clients bring to its next life. */
  readonly stored: number;
  /** How those were sent away who only had the document open. */
  readonly sentAway: readonly Closed[];
  /** For how long each of Quire's own clients could not save once it was ready; 0 for those who were as fast as the word. */
  readonly waitsMs: readonly number[];
  /** How long each of them, once it was ready, had an edit without a receipt at most: an old one, or what was typed since. */
  readonly oldestEditsMs: readonly number[];
  /** How those came back who have a published provider. */
  readonly published: readonly (Return & { readonly waitMs: number })[];
}

export interface DrainRunOptions {
  readonly seed: number;
  readonly rounds: number;
}

/** A run that found something; its message says what, from which seed, and what the server said. */
export class DrainRunError extends Error {
  override readonly name = 'DrainRunError';
}

/** Ten edits a second by each of ten, which all have to go into documents that grow: more would be what is measured. */
const TYPE_EVERY_MS = 100;
/** Typed in the turn in which the signal is sent: whatever the pace, something is on its way. */
const BURST = 3;
/** So that every round has its share of receipts, also on a slow machine. */
const MIN_CONFIRMED = 60;
/** Three slices. */
export const CROWD = 250;

/**
 * Ends a real server with SIGTERM while people type, again and again, and holds it to what it had said: it exits with 0,
 * what was confirmed is in the data that it left, and once it is back everybody has everything that anybody typed, before,
 * meanwhile and after.
 *
 * @throws {DrainRunError}
 */
export async function runRestarts({ seed, rounds }: DrainRunOptions): Promise<Restart[]> {
  const random = createRandom(seed);
  const server = await startServer({ ownProcess: true, env: { QUIRE_APP: 'false' } });
  const results: Restart[] = [];
  const groups = ['alpha', 'beta'].map((topic) => {
    const document = `drain/${topic}`;
    const options = (name: string) => ({
      wsUrl: server.wsUrl,
      document,
      name: `${name} ${topic}`,
      random: random.fork(),
    });
    const own = [
      createSdkTypist(options('Ada')),
      createSdkTypist(options('Ben')),
      createSdkTypist(options('Ida'), 'http'),
    ];
    const others = [createHocuspocusTypist(options('Eve')), createYWebsocketTypist(options('Joe'))];
    return { document, own, others, typists: [...own, ...others] };
  });
  try {
    await Promise.all(groups.flatMap(({ own }) => own.map((typist) => typist.loaded())));
    for (let number = 0; number < rounds; number += 1) results.push(await restartOnce(server, groups, number));
    return results;
  } catch (error) {
    const problem = error instanceof Error ? error.message : String(error);
    throw new DrainRunError(
      `seed ${seed}, round ${results.length}: ${problem}\n--- server ---\n${server.log.slice(-4000)}`,
      { cause: error },
    );
  } finally {
    for (const { typists } of groups) for (const typist of typists) typist.leave();
    await server.stop();
  }
}

interface Group {
  readonly document: string;
  /** With Quire's own client. */
  readonly own: readonly SdkTypist[];
  /** With published providers. */
  readonly others: readonly ProviderTypist[];
  readonly typists: readonly Typist[];
}

async function restartOnce(server: ServerProcess, groups: readonly Group[], number: number): Promise<Restart> {
  const typists = groups.flatMap((group) => group.typists);
  const own = groups.flatMap((group) => group.own);
  const others = groups.flatMap((group) => group.others);
  const data = `${server.data}-copy-${number}`;
  const crowd = await joinCrowd(server.wsUrl, groups[0]?.document ?? '', CROWD);
  const stopTyping = startTyping(typists);
  let waits: Waits | null = null;
  try {
    const before = countConfirmed(typists);
    await until(() => countConfirmed(typists) >= before + MIN_CONFIRMED && typists.every((one) => one.isConnected), {
      what: () => `${countConfirmed(typists) - before} of ${MIN_CONFIRMED} edits are confirmed`,
    });

    for (let key = 0; key < BURST; key += 1) for (const typist of typists) typist.type();
    const inFlight = groups.map((group) => group.typists.flatMap((typist) => typist.inFlight));
    const followFromReady = followReturns(others);
    const toldAt = performance.now();
    const exit = await server.kill('SIGTERM');
    const drainedInMs = Math.round(performance.now() - toldAt);
    const sentAway = await untilGone(crowd, typists);
    // From here on nothing more is confirmed before the next start.
    const confirmed = groups.map((group) => group.typists.flatMap((typist) => typist.confirmed));
    await cp(server.data, data, { recursive: true });

    await server.restart();
    waits = watchWaits(typists);
    const describeReturns = followFromReady();
    await until(() => typists.every((typist) => typist.isConnected), {
      what: () => `${namesOf(typists.filter((typist) => !typist.isConnected))} are not back`,
      timeoutMs: 40_000,
    });
    const returns = describeReturns();
    stopTyping();
    await Promise.all(own.map((typist) => typist.saved()));
    for (const group of groups) await expectEverything(group);
    const { longest, oldestEdits } = waits;
    waits.stop();
    const stored = await expectInData(data, groups, confirmed, number);
    return {
      number,
      exit,
      drainedInMs,
      inFlight: inFlight.flat().length,
      receipted: countAmong(inFlight, confirmed),
      stored: countAmong(inFlight, stored),
      sentAway,
      waitsMs: own.map(({ name }) => longest[name] ?? Number.NaN),
      oldestEditsMs: Object.values(oldestEdits),
      published: returns.map((one) => ({ ...one, waitMs: longest[one.name] ?? Number.NaN })),
    };
  } finally {
    stopTyping();
    waits?.stop();
    crowd.leave();
    await rm(data, { recursive: true, force: true });
  }
}

function namesOf(typists: readonly Typist[]): string {
  return typists.map(({ name }) => name).join(', ');
}

function startTyping(typists: readonly Typist[]): () => void {
  const timer = setInterval(() => {
    for (const typist of typists) typist.type();
  }, TYPE_EVERY_MS);
  return () => clearInterval(timer);
}

async function untilGone(crowd: Crowd, typists: readonly Typist[]): Promise<readonly Closed[]> {
  await until(() => typists.every((typist) => !typist.isConnected), { what: 'somebody has not heard of the end' });
  return crowd.gone;
}

/**
 * What was confirmed is in the data that the server left. Looked for in a copy, by a server of its own, which nobody can bring
 * what was lost; and once everybody is back, or what it takes would be time without a server.
 *
 * @returns all marks that are there, for each group
 */
async function expectInData(
  data: string,
  groups: readonly Group[],
  confirmed: readonly (readonly string[])[],
  number: number,
): Promise<readonly (readonly string[])[]> {
  const witness = await startServer({ ownProcess: true, data, env: { QUIRE_APP: 'false' } });
  try {
    const stored: string[][] = [];
    for (const [index, { document }] of groups.entries()) {
      const doc = await readAnew(witness, document, number);
      expectMarks(doc, confirmed[index] ?? [], `${document} has lost what was confirmed`);
      stored.push([...doc.getMap('marks').keys()]);
    }
    return stored;
  } finally {
    await witness.stop();
  }
}

/** Everybody has the same, and it is all that anybody has typed. */
async function expectEverything({ document, typists }: Group): Promise<void> {
  await converged(Object.fromEntries(typists.map(({ name, doc }) => [name, doc])));
  for (const { doc } of typists) {
    const made = typists.flatMap((typist) => typist.made);
    expectMarks(doc, made, `${document} lacks what was typed`);
  }
}

function expectMarks(doc: Doc, expected: readonly string[], problem: string): void {
  const marks = doc.getMap('marks');
  const missing = expected.filter((mark) => !marks.has(mark));
  if (missing.length > 0)
    throw new Error(`${problem}: ${missing.length}, among them ${missing.slice(0, 20).join(', ')}`);
}

/** Marks name who typed them, so those of all groups can be looked at as one. */
function countAmong(marks: readonly (readonly string[])[], others: readonly (readonly string[])[]): number {
  const known = new Set(others.flat());
  return marks.flat().filter((mark) => known.has(mark)).length;
}

function countConfirmed(typists: readonly Typist[]): number {
  return typists.reduce((sum, typist) => sum + typist.confirmed.length, 0);
}
