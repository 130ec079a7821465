import { encodeHocuspocusFrame } from '@quire/protocol';
import { createRandom, type Random, until } from '@quire/testing';
import { renderPlain } from '../../bench/report/plain-text.ts';
import { binary } from '../wire.ts';
import { type LineAct, lineActs } from './line-acts.ts';
import { LineIntruder } from './line-intruder.ts';

export interface LineSiegeOptions {
  readonly port: number;
  readonly seed: number;
  readonly sessions: number;
  /** Of somebody who may read the document that they ask for. */
  readonly token: string;
  readonly signal: AbortSignal;
  accuse(words: string): void;
}

/** What was done with sessions over HTTP, and what it was answered with. */
export interface LineTally {
  readonly acts: number;
  missing(): readonly string[];
  describe(): string;
}

const LANES = 8;
const MOST_ACTS = 8;
const DOCUMENT = 'kept/0';
const EMPTY_VECTOR = new Uint8Array([0]);

/** Every act, each after some others, by as many as there are; and then whatever is drawn. */
export async function besiegeLines(options: LineSiegeOptions): Promise<LineTally> {
  const counts = new Map<string, Map<string, number>>();
  let acts = 0;
  let next = 0;

  async function perform(index: number): Promise<void> {
    const random = createRandom((options.seed + Math.imul(index, 0x9e3779b1)) >>> 0).fork();
    const line = new LineIntruder(options.port, { Cookie: `quire_token=${options.token}` });
    const played: string[] = [];
    try {
      await enter(line);
      for (const act of drawActs(index, random)) {
        played.push(act.name);
        const answer = await act.play(line, random);
        acts += 1;
        count(counts, act.name, String(answer ?? 'no answer'));
        if (!act.answers.includes(answer)) {
          const wanted = act.answers.join(' or ');
          options.accuse(`${answer} instead of ${wanted}, session ${index} over HTTP: ${played.join('; ')}`);
          break;
        }
      }
    } catch (error) {
      options.accuse(`${(error as Error).message}, session ${index} over HTTP: ${played.join('; ')}`);
    }
    for (const fault of line.faults) options.accuse(`${fault}, session ${index} over HTTP: ${played.join('; ')}`);
    await line.leave();
  }

  const lane = async (): Promise<void> => {
    while (next < options.sessions) {
      options.signal.throwIfAborted();
      const index = next;
      next += 1;
      await perform(index);
    }
  };
  await Promise.all(Array.from({ length: LANES }, lane));
  return {
    acts,
    missing: () => lineActs.filter(({ name }) => !counts.has(name)).map(({ name }) => `was never done: ${name}`),
    describe: () =>
      renderPlain([
        ['done over HTTP', 'answers'],
        ...[...counts].map(([name, answers]) => [
          name,
          [...answers].map(([answer, times]) => `${answer} ${times}`).join(', '),
        ]),
      ]),
  };
}

/** As everybody does: with the token of the cookie, and with a stream on which the first answers have come. */
async function enter(line: LineIntruder): Promise<void> {
  await line.open();
  const status = await line.follow();
  if (status !== 200) throw new Error(`no stream: ${status}`);
  await line.post(
    Buffer.concat([
      binary(encodeHocuspocusFrame(DOCUMENT, { kind: 'token', token: '', providerVersion: null })),
      binary(encodeHocuspocusFrame(DOCUMENT, { kind: 'step-1', stateVector: EMPTY_VECTOR })),
    ]),
  );
  await until(() => line.after > 0, { what: 'nothing comes down' });
}

function drawActs(index: number, random: Random): readonly LineAct[] {
  const lasting = lineActs.filter(({ isLast }) => isLast !== true);
  const drawn = Array.from({ length: random.below(MOST_ACTS) }, () => random.pick(lasting));
  return [...drawn, lineActs[index] ?? random.pick(lineActs)];
}

function count(counts: Map<string, Map<string, number>>, act: string, answer: string): void {
  const answers = counts.get(act) ?? new Map<string, number>();
  counts.set(act, answers);
  answers.set(answer, (answers.get(answer) ?? 0) + 1);
}
