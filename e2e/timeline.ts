export interface Timeline {
  note(event: string): void;
  /** What happened, one event a line, with the seconds since the beginning; first, how many earlier ones are not among them. */
  tell(): string;
}

/** @param size how many events are kept, the latest ones */
export function createTimeline(size: number): Timeline {
  const began = performance.now();
  const events: string[] = [];
  let forgotten = 0;
  return {
    note(event) {
      events.push(`${((performance.now() - began) / 1000).toFixed(3)} s  ${event}`);
      if (events.length <= size) return;
      events.shift();
      forgotten += 1;
    },
    tell: () => [...(forgotten === 0 ? [] : [`${forgotten} earlier events are left out`]), ...events].join('\n'),
  };
}
