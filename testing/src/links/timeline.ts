/** One thing that happened on somebody's way to the server. */
export interface TimelineEvent {
  readonly atMs: number;
  readonly what: string;
}

/** The last things that happened on somebody's way to the server: a bounded ring. */
export interface Timeline {
  readonly events: readonly TimelineEvent[];
  /** How many earlier ones were forgotten. */
  readonly forgotten: number;
  note(what: string): void;
}

export interface TimelineOptions {
  /** How many events are kept. Left out: 200. */
  readonly size?: number;
  /** Left out: the clock of this process, so that the timelines of all people go together. */
  readonly now?: () => number;
}

const DEFAULT_SIZE = 200;

export function createTimeline({ size = DEFAULT_SIZE, now = () => performance.now() }: TimelineOptions = {}): Timeline {
  const events: TimelineEvent[] = [];
  let forgotten = 0;
  return {
    events,
    get forgotten() {
      return forgotten;
    },
    note(what) {
      events.push({ atMs: now(), what });
      if (events.length <= size) return;
      events.shift();
      forgotten += 1;
    },
  };
}

/** Begins what {@link describeTimeline} says, by which it is recognised in longer texts. */
export const TIMELINE_HEADING = 'What went over the wire last';

/** How many of each person: with more, what matters scrolls away. */
const SHOWN_EVENTS = 20;

/**
 * The last that went between some people and their server, in one order, for whoever reads why a test failed.
 *
 * @example
 * console.log(describeTimeline({ ada, ben }));
 *
 * @param last how many events of each person are shown. Left out: 20.
 */
export function describeTimeline(
  people: Readonly<Record<string, { readonly timeline: Timeline }>>,
  { last = SHOWN_EVENTS }: { readonly last?: number } = {},
): string {
  const rows = Object.entries(people)
    .flatMap(([name, { timeline }]) => timeline.events.slice(-last).map((event) => ({ name, ...event })))
    .sort((one, other) => one.atMs - other.atMs);
  const [first] = rows;
  if (first === undefined) return `${TIMELINE_HEADING}: nothing.`;
  const width = Math.max(...rows.map(({ name }) => name.length));
  const lines = rows.map(
    ({ name, atMs, what }) => `  ${(atMs - first.atMs).toFixed(1).padStart(9)} ms  ${name.padEnd(width)}  ${what}`,
  );
  const earlier = Object.entries(people).flatMap(
    ([
      name,
      {
        timeline: { events, forgotten },
      },
    ]) => {
      const left = forgotten + Math.max(0, events.length - last);
      return left === 0 ? [] : [`${left} earlier ones of ${name}`];
    },
  );
  const note = earlier.length === 0 ? [] : [`  (not shown: ${earlier.join(', ')})`];
  return [`${TIMELINE_HEADING}:`, ...lines, ...note].join('\n');
}
