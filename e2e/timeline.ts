export interface Timeline {
  note(event: string): void;
  /** What happened, one event a line, with the seconds since the beginning. */
  tell(): string;
}

/** @param size how many events are kept, the latest ones */
export function createTimeline(size: number): Timeline {
  const began = performance.now();
  const events: string[] = [];
  return {
    note(event) {
      events.push(`${((performance.now() - began) / 1000).toFixed(3)} s  ${event}`);
      if (events.length > size) events.shift();
    },
    tell: () => events.join('\n'),
  };
}
