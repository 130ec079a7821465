import { describe, expect, onTestFinished, type TestContext, test } from 'vitest';
import { type Fault, faultNames, faults } from '../testing/small-server/faults.ts';
import { READER_TOKEN, type SmallServer, startSmallServer } from '../testing/small-server/small-server.ts';
import { type Check, type CheckResult, type ConformanceOptions, checkConformance, checks } from './index.ts';

async function run(server: SmallServer, options: Partial<ConformanceOptions> = {}): Promise<readonly CheckResult[]> {
  const { results } = await checkConformance({
    url: server.url,
    dialect: 'hocuspocus',
    readerToken: READER_TOKEN,
    operator: server,
    ...options,
  });
  return results;
}

const pick = (ids: readonly string[]): readonly Check[] => checks.filter(({ id }) => ids.includes(id));

const failed = (results: readonly CheckResult[]): string[] =>
  results.filter(({ outcome }) => outcome.kind === 'failed').map(({ check }) => check.id);

/** What a server does right is waited for longer than on a machine that does nothing else. */
const PATIENT = 5;
/** What a broken server never does is waited for only this part of the time that it would be given. */
const IMPATIENT = 0.15;
/** What this one does wrong is seen at the end of a flood that comes through. */
const COMES_TO_AN_END: Fault = 'keeps everything for who does not read';

/** What has to have come in the place of what was expected: a check may also fail because a server is slow. */
const symptoms: Readonly<Record<Fault, RegExp>> = {
  'forgets when it is killed': /among the missing/,
  'drops every second update': /of its clocks|^ada had "ada "$/,
  'takes no step 2': /of its clocks/,
  'puts out who repeats an update': /of its clocks|closed with 4400/,
  'receipts nothing': /^none/,
  'receipts before the step 2': /^[1-9]/,
  'shows a document before it is loaded': /^one with 0/,
  'takes names for the same that differ in case': /upper/i,
  'mixes the documents of a socket': /words \dwords \d/,
  'tells nobody who is there': /^he saw 0 people/,
  'keeps who says that they left': /^ben still saw/,
  'keeps who is gone': /^ben still saw/,
  'lets anybody speak for anybody': /^ben was told/,
  'lets readers write': /^one/,
  'puts out who says what it does not know': /of its clocks|closed with 4400/,
  'relays what only servers say': /^it, as if the server had said it/,
  'passes over what it can not read': /^nothing: it stayed open/,
  'hears nothing more after a message of an unknown kind': /^neither/,
  'waits for frames of any size': /^nothing: the server waited for the rest/,
  'waits for the slowest': /^he had got value \d+/,
  'keeps everything for who does not read': /MB were, and he was sent them/,
};

/** Whether it takes megabytes to notice. */
const isFlooded = (fault: Fault): boolean =>
  faults[fault].some((id) => id === 'slow-reader' || id === 'stopped-reader');

async function notice(fault: Fault, { expect, onTestFinished }: TestContext): Promise<void> {
  const server = await startSmallServer(fault);
  onTestFinished(() => server.stop());
  const results = await run(server, {
    only: pick(faults[fault]),
    patience: fault === COMES_TO_AN_END ? PATIENT : IMPATIENT,
  });
  expect(failed(results).sort()).toEqual([...faults[fault]].sort());
  for (const { outcome } of results) {
    expect(outcome).toMatchObject({
      finding: {
        sent: expect.stringMatching(/./),
        expected: expect.stringMatching(/./),
        came: expect.stringMatching(symptoms[fault]),
      },
    });
  }
}

describe('the conformance suite', () => {
  test('finds nothing wrong with a server that does everything right', async () => {
    const server = await startSmallServer();
    onTestFinished(() => server.stop());
    const results = await run(server, { patience: PATIENT });
    expect(results.filter(({ outcome }) => outcome.kind !== 'passed')).toEqual([]);
    expect(results.map(({ check }) => check)).toEqual(checks);
  });

  test('finds nothing wrong with a server that receipts from memory, until it is killed', async () => {
    const server = await startSmallServer('forgets when it is killed');
    onTestFinished(() => server.stop());
    const only = pick(['receipts', 'no-early-receipt', 'late-joiner', 'large-document']);
    expect(failed(await run(server, { only, patience: PATIENT }))).toEqual([]);
  });

  // At the same time, since most of it is waiting for what never comes.
  test.concurrent.for(faultNames.filter((fault) => !isFlooded(fault)))('notices a server that %s', notice);

  // Not beside the others, whose answers would come late for that.
  test.for(faultNames.filter(isFlooded))('notices, by a flood, a server that %s', notice);

  test('has no check that no fault of a server can make fail', () => {
    expect(new Set(Object.values(faults).flat())).toEqual(new Set(checks.map(({ id }) => id)));
  });

  test('says what it could not check, and why', async () => {
    const server = await startSmallServer();
    onTestFinished(() => server.stop());
    const { results } = await checkConformance({
      url: server.url,
      dialect: 'hocuspocus',
      only: pick(['shown-is-durable', 'reader-writes']),
    });
    expect(results.map(({ outcome }) => outcome)).toEqual([
      { kind: 'not-checked', reason: expect.stringContaining('--reader-token') },
      { kind: 'not-checked', reason: expect.stringContaining('--kill-command') },
    ]);
  });
});
