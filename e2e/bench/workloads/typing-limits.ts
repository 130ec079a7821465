import type { ContestantName } from '../contestants.ts';
import type { TaskInput } from '../load/tasks.ts';
import type { TypingReadings } from '../load/type-together.ts';
import { findLimit, type Trial } from './find-limit.ts';
import { perEach } from './per-each.ts';
import type { Metric, Readings, Scale, Stage, Workload } from './workload.ts';

type TypingInput = TaskInput<'typeTogether'>;

/** A number is held when 99 of 100 edits arrive within this; the short form is no judge of time. */
const PROMPT_MS: Readonly<Record<Scale, number>> = { full: 250, short: Number.POSITIVE_INFINITY };

export interface LimitWorkload {
  readonly name: string;
  readonly title: string;
  readonly method: string;
  readonly contestants: readonly ContestantName[];
  readonly limitLabel: string;
  readonly levels: Readonly<Record<Scale, readonly number[]>>;
  /** Where to begin to look for a contestant that was not measured yet. */
  readonly start: number;
  input(level: number): Pick<TypingInput, 'documents' | 'peoplePerDocument' | 'writersPerDocument'>;
  readonly editsPerSecondPerWriter: number;
  readonly movesPerSecondPerWriter: number;
  /** Each edit moves its writer's cursor, and everybody must be shown where everybody ends. */
  readonly cursorWithEachEdit: boolean;
  /** Before anything is measured, in the full form: until the code of every contestant is compiled at this load. */
  readonly warmUpMs: number;
  /** Of these contestants it is measured how many cursors are shown; not all need be. */
  readonly showingSome: readonly ContestantName[];
}

/** The load is an open loop that catches up where it was late; what it could not write by the end is missing here. */
const TYPED_SHARE = 0.9;

const durations: Readonly<Record<Scale, Pick<TypingInput, 'measureMs' | 'drainMs'>>> = {
  full: { measureMs: 8000, drainMs: 3000 },
  short: { measureMs: 800, drainMs: 30_000 },
};
const SHORT_WARM_UP_MS = 200;

function limitMetrics(limitLabel: string): Metric[] {
  return [
    { key: 'limit', label: limitLabel, unit: '', better: 'more' },
    { key: 'cpuPerEditUs', label: 'CPU per edit there', unit: 'µs', better: 'less' },
    { key: 'p50Ms', label: 'p50 there', unit: 'ms', better: 'less' },
    { key: 'p99Ms', label: 'p99 there', unit: 'ms', better: 'less' },
    { key: 'cpuPerFrameUs', label: 'CPU per frame sent', unit: 'µs', better: 'less' },
    { key: 'serverPercent', label: 'server core', unit: '%', better: 'neither' },
    { key: 'generatorPercent', label: 'load core', unit: '%', better: 'neither' },
  ];
}

/** How much of what everybody ends with everybody sees. */
const cursorMetric: Metric = { key: 'cursorsShownPercent', label: 'cursors shown', unit: '%', better: 'more' };

/** Finds how many are held with edits still prompt; each attempt has a fresh server with an empty journal. */
export function createLimitWorkload(definition: LimitWorkload): Workload {
  const { name, title, method, contestants, limitLabel, editsPerSecondPerWriter } = definition;
  /** The last limit of each contestant: the next run begins there. */
  const starts = new Map<ContestantName, number>();

  function isComplete(contestant: ContestantName, readings: TypingReadings): boolean {
    const isAllShown = readings.cursorsSeen >= readings.expectedCursors || definition.showingSome.includes(contestant);
    return readings.arrivals >= readings.expectedArrivals && isAllShown;
  }

  async function measure(stage: Stage): Promise<Readings> {
    const failures: string[] = [];
    const attempt = async (level: number): Promise<Trial<TypingReadings | null>> => {
      const server = await stage.start();
      try {
        const input = definition.input(level);
        const readings = await stage.load('typeTogether', server, {
          ...input,
          ...durations[stage.scale],
          warmUpMs: stage.scale === 'full' ? definition.warmUpMs : SHORT_WARM_UP_MS,
          editsPerSecondPerWriter,
          movesPerSecondPerWriter: definition.movesPerSecondPerWriter,
          cursorWithEachEdit: definition.cursorWithEachEdit,
          rehearsalMs: 0,
          withReceipts: false,
          contentBytes: 0,
        });
        const perSecond = input.documents * input.writersPerDocument * editsPerSecondPerWriter;
        if (readings.edits < leastEdits(perSecond, stage.scale)) {
          throw new Error(`only ${readings.edits} edits were typed in the time: the load was at its own limit`);
        }
        const isHeld = readings.p99Ms < PROMPT_MS[stage.scale] && isComplete(stage.contestant.name, readings);
        stage.say(`${level}: ${isHeld ? 'held' : 'not held'}, ${describe(readings)}`);
        return { level, isHeld, readings };
      } catch (error) {
        // Whoever is far beyond its limit may close connections or not answer in time: then it holds no such number.
        failures.push((error as Error).message);
        stage.say(`${level}: not held, ${(error as Error).message}`);
        return { level, isHeld: false, readings: null };
      } finally {
        await server.kill();
      }
    };
    if (stage.level !== null) {
      const { readings } = await attempt(stage.level);
      if (readings === null) throw new Error(failures.at(-1) ?? 'nothing was measured');
      return readingsOf(stage.scale, stage.level, readings);
    }
    const levels = definition.levels[stage.scale];
    const start = starts.get(stage.contestant.name) ?? definition.start;
    const best = await findLimit(levels, start, attempt);
    if (best?.readings == null) throw new Error(`held not even ${levels[0]}: ${failures.at(-1) ?? 'too slow'}`);
    starts.set(stage.contestant.name, best.level);
    return readingsOf(stage.scale, best.level, best.readings);
  }

  const metrics = [...limitMetrics(limitLabel), ...(definition.cursorWithEachEdit ? [cursorMetric] : [])];
  return { name, title, method, contestants, metrics, measure };
}

/** Fewer than were to be typed are no measurement of them, however quickly they arrive. */
function leastEdits(perSecond: number, scale: Scale): number {
  return scale === 'short' ? 1 : TYPED_SHARE * perSecond * (durations.full.measureMs / 1000);
}

function readingsOf(scale: Scale, level: number, readings: TypingReadings): Readings {
  return {
    limit: level,
    cpuPerEditUs: perEach(scale, readings.serverCpuUs, readings.edits),
    p50Ms: readings.p50Ms,
    p99Ms: readings.p99Ms,
    cpuPerFrameUs: perEach(scale, readings.serverCpuUs, readings.messages),
    serverPercent: 100 * readings.serverLoad,
    generatorPercent: 100 * readings.generatorLoad,
    ...(readings.expectedCursors === 0 ? {} : { [cursorMetric.key]: percentShown(readings) }),
  };
}

function percentShown({ cursorsSeen, expectedCursors }: TypingReadings): number {
  return (100 * cursorsSeen) / expectedCursors;
}

function describe(readings: TypingReadings): string {
  const { arrivals, cursorsSeen, edits, expectedArrivals, expectedCursors, generatorLoad, p99Ms } = readings;
  const faults = [
    ...(arrivals < expectedArrivals ? [`, ${expectedArrivals - arrivals} arrivals missing`] : []),
    ...(cursorsSeen < expectedCursors ? [`, ${percentShown(readings).toFixed(0)} % of the cursors shown`] : []),
  ];
  return (
    `p99 ${p99Ms.toFixed(1)} ms, ${(readings.serverCpuUs / edits).toFixed(0)} µs/edit, ` +
    `server ${(100 * readings.serverLoad).toFixed(0)} %, load ${(100 * generatorLoad).toFixed(0)} %${faults.join('')}`
  );
}

export const hotDocument = (): Workload =>
  createLimitWorkload({
    name: 'hot-document',
    title: 'One hot document',
    method:
      'Everybody types into one document: 4 edits and 2 cursor moves a second each. The highest number of typists with which p99 stays under 250 ms from the write to the arrival at each of the others and nothing is missing; 8 s after 4 s of warming up, every number on a fresh server.',
    contestants: ['quire', 'quire-yjs', 'quire-tokens', 'quire-other', 'hocuspocus', 'y-websocket', 'bare'],
    limitLabel: 'typists held',
    levels: {
      full: [
        10, 20, 30, 40, 50, 60, 75, 90, 100, 110, 125, 150, 175, 200, 225, 250, 275, 300, 350, 400, 450, 500, 550, 600,
        650, 700, 750, 800, 850, 900, 950, 1000, 1100, 1200, 1300, 1400, 1600, 1800, 2000, 2200, 2400, 2600, 2800, 3000,
      ],
      short: [4],
    },
    start: 200,
    input: (typists) => ({ documents: 1, peoplePerDocument: typists, writersPerDocument: typists }),
    editsPerSecondPerWriter: 4,
    movesPerSecondPerWriter: 2,
    cursorWithEachEdit: false,
    warmUpMs: 4000,
    showingSome: [],
  });

export const manyDocuments = (): Workload =>
  createLimitWorkload({
    name: 'many-documents',
    title: 'Many documents',
    method:
      'Three people in each document, every one with 1 edit and 1 cursor move a second, each at moments of its own. The highest number of documents with which p99 stays under 250 ms and nothing is missing; 8 s after 10 s of warming up, every number on a fresh server.',
    contestants: ['quire', 'quire-yjs', 'quire-tokens', 'quire-other', 'hocuspocus', 'y-websocket', 'bare'],
    limitLabel: 'documents held',
    levels: {
      full: [
        10, 25, 50, 75, 100, 125, 150, 200, 250, 300, 350, 400, 450, 500, 550, 600, 650, 700, 750, 800, 850, 900, 950,
        1000, 1100, 1200, 1300, 1400, 1500, 1700, 2000, 2300, 2600, 3000, 3300, 3600, 4000, 4500,
      ],
      short: [3],
    },
    start: 300,
    input: (documents) => ({ documents, peoplePerDocument: 3, writersPerDocument: 3 }),
    editsPerSecondPerWriter: 1,
    movesPerSecondPerWriter: 1,
    cursorWithEachEdit: false,
    // A fresh server still compiles after four seconds of this load, in other threads on the core that it has.
    warmUpMs: 10_000,
    showingSome: [],
  });
