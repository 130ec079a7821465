import { renderPlain } from '../bench/report/plain-text.ts';
import { type Outcome, otherEndings } from './intruder.ts';
import type { Script } from './session-script.ts';

const count = new Intl.NumberFormat('en');

/** What was sent in a run, and what became of it. */
export class Tally {
  #frames = 0;
  #sessions = 0;
  readonly #kinds = new Map<string, { frames: number; readonly endings: Map<string, number> }>();
  readonly #shapes = new Map<string, number>();
  readonly #endings = new Map<string, number>();
  readonly #documentsClosed = new Map<string, number>();

  get frames(): number {
    return this.#frames;
  }

  note({ steps, shape }: Script, { ending, documentsClosed, framesSent }: Outcome): void {
    this.#sessions += 1;
    this.#frames += framesSent;
    increase(this.#shapes, shape);
    increase(this.#endings, ending);
    for (const reason of documentsClosed) increase(this.#documentsClosed, reason);
    let left = framesSent;
    for (const step of steps) {
      if (step.kind !== 'send' || left <= 0) continue;
      left -= step.frames.length;
      const known = this.#kinds.get(step.what.name) ?? { frames: 0, endings: new Map<string, number>() };
      this.#kinds.set(step.what.name, known);
      known.frames += step.frames.length;
      if (left <= 0) increase(known.endings, ending);
    }
  }

  framesOf(kind: string): number {
    return this.#kinds.get(kind)?.frames ?? 0;
  }

  sessionsOf(shape: string): number {
    return this.#shapes.get(shape) ?? 0;
  }

  /** How often sockets, or single documents on them, ended so. */
  endingsBy(name: string): number {
    return (this.#endings.get(name) ?? 0) + (this.#documentsClosed.get(name) ?? 0);
  }

  describe(): string {
    const kinds = [...this.#kinds].map(([name, { frames, endings }]) => [name, count.format(frames), list(endings)]);
    return [
      renderPlain([['frames sent', 'number', 'sessions whose last it was ended'], ...kinds]),
      renderPlain([['sessions', 'number'], ...rows(this.#shapes)]),
      renderPlain([['ended', 'sockets'], ...rows(this.#endings)]),
      renderPlain([['ended', 'documents on sockets that stayed'], ...rows(this.#documentsClosed)]),
      `${count.format(this.#frames)} frames in ${count.format(this.#sessions)} sessions`,
    ].join('\n\n');
  }

  /** In one line, for while it goes on. */
  summary(): string {
    const alive = this.#endings.get(otherEndings.alive) ?? 0;
    return `${count.format(this.#frames)} frames, ${count.format(this.#sessions)} sessions, ${count.format(alive)} let go in peace`;
  }
}

function increase(counts: Map<string, number>, key: string): void {
  counts.set(key, (counts.get(key) ?? 0) + 1);
}

function sorted(counts: ReadonlyMap<string, number>): [string, number][] {
  return [...counts].toSorted(([, one], [, other]) => other - one);
}

function rows(counts: ReadonlyMap<string, number>): string[][] {
  return sorted(counts).map(([name, number]) => [name, count.format(number)]);
}

function list(counts: ReadonlyMap<string, number>): string {
  return sorted(counts)
    .map(([name, number]) => `${name} ${count.format(number)}`)
    .join(', ');
}
