import type { SdkTypist } from './sdk-typist.ts';
import type { Typist } from './typist.ts';

/** Published providers can't say how old what they have not saved is. */
type Watched = Pick<Typist, 'name' | 'isConnected'> & Partial<Pick<SdkTypist, 'oldestUnsavedAt'>>;

/** By name, in milliseconds; what goes on at the moment counts. */
export interface Waits {
  /** The longest time that somebody could not save. */
  readonly longest: Readonly<Record<string, number>>;
  /**
   * The greatest age that an edit came to without a receipt. Receipts may be held back while everything looks as if it were
   * saved at once. Of what was typed before anybody watched, the age since then.
   */
  readonly oldestEdits: Readonly<Record<string, number>>;
  stop(): void;
}

/** What a client may wait at most for a server that is ready, see docs/operating.md. */
export const MAX_WAIT_MS = 3_000;
/** Who tries again after so long at most, as our own client does, has the rest of that time for its handshake. */
export const MAX_PAUSE_MS = 2_500;
/**
 * An edit has its receipt some milliseconds after that. A machine that has much else to do takes seconds for it, between
 * which and receipts that are held back this is to tell.
 */
export const MAX_UNSAVED_MS = 6_000;

const LOOK_EVERY_MS = 10;
/** Whoever looks this much later than they wanted to was held up, and may have missed what came meanwhile. */
const LATE_MS = 50;
/** So much of one wait is left out at most: whoever waits for longer than that and the limit has waited too long, whatever held us up. */
export const MAX_LEFT_OUT_MS = 2_000;

/** The time in which clients live: they are in this process, and stand still with it. */
export interface OwnTime {
  now(): number;
  /** How long the thread of the clients has run so far, by the processor that it had. */
  ranMs(): number;
}

const ownTime: OwnTime = {
  now: () => performance.now(),
  ranMs() {
    const { user, system } = process.threadCpuUsage();
    return (user + system) / 1_000;
  },
};

/**
 * Of a wait is left out the time in which this process was not let run, as on a machine that has much else to do: the clients
 * could not have come back then, whatever the server did. What they were busy with themselves is theirs: it counts.
 */
export function watchWaits(typists: readonly Watched[], { now: readNow, ranMs }: OwnTime = ownTime): Waits {
  const longest: Record<string, number> = {};
  const oldestEdits: Record<string, number> = {};
  const since = new Map<Watched, number>();
  const beganAt = readNow();
  const holdUps: { readonly endedAt: number; readonly ms: number }[] = [];
  let lookedAt = beganAt;
  let ranBefore = ranMs();
  const ageOf = (from: number, now: number): number => {
    const leftOut = holdUps.reduce((sum, { endedAt, ms }) => sum + Math.max(0, Math.min(ms, endedAt - from)), 0);
    return now - from - Math.min(leftOut, MAX_LEFT_OUT_MS);
  };
  const look = (): void => {
    const [now, ran] = [readNow(), ranMs()];
    const late = now - lookedAt - LOOK_EVERY_MS;
    const stopped = late - (ran - ranBefore);
    if (late > LATE_MS && stopped > 0) holdUps.push({ endedAt: now, ms: stopped });
    lookedAt = now;
    ranBefore = ran;
    for (const typist of typists) {
      const { name, oldestUnsavedAt } = typist;
      if (oldestUnsavedAt !== undefined) {
        const unsavedSince = oldestUnsavedAt === null ? now : Math.max(beganAt, oldestUnsavedAt);
        raise(oldestEdits, name, ageOf(unsavedSince, now));
      }
      if (typist.isConnected) since.delete(typist);
      else if (!since.has(typist)) since.set(typist, now);
      raise(longest, name, ageOf(since.get(typist) ?? now, now));
    }
  };
  const timer = setInterval(look, LOOK_EVERY_MS);
  return {
    get longest() {
      look();
      return { ...longest };
    },
    get oldestEdits() {
      look();
      return { ...oldestEdits };
    },
    stop: () => clearInterval(timer),
  };
}

function raise(most: Record<string, number>, name: string, ms: number): void {
  most[name] = Math.max(most[name] ?? 0, Math.round(ms));
}
