import { createFrameLoop } from './frame-loop.ts';
import { type Glide, glideTo, isAtRest, restAt, type Spot, spotAt } from './glide.ts';

/** Things of which others say where they are, each drawn on its way from one telling to the next. */
export interface Gliders<Id> {
  tell(id: Id, spot: Spot): void;
  /** It is gone. */
  forget(id: Id): void;
  /** Where it is drawn; null of one that nobody told of. */
  find(id: Id): Spot | null;
  close(): void;
}

export interface GlidersOptions<Id> {
  /** No way takes longer, however long ago the last telling was. */
  readonly longestMs: number;
  onMove(id: Id, spot: Spot): void;
  /** Called after all that moved in a frame have. */
  onFrame?(): void;
}

/** Draws with the frames of the page, and only while something moves; who wants no motion sees things jump. */
export function createGliders<Id>({ longestMs, onMove, onFrame }: GlidersOptions<Id>): Gliders<Id> {
  const glides = new Map<Id, Glide>();
  const moving = new Set<Id>();
  const prefersRest = window.matchMedia('(prefers-reduced-motion: reduce)');

  const frames = createFrameLoop(() => {
    const now = performance.now();
    for (const id of moving) {
      const glide = glides.get(id);
      if (glide === undefined || isAtRest(glide, now)) moving.delete(id);
      if (glide !== undefined) onMove(id, spotAt(glide, now));
    }
    onFrame?.();
    return moving.size > 0;
  });

  return {
    tell(id, spot) {
      const before = glides.get(id);
      // Told again, it has not moved: whatever else there was to tell, its way goes on.
      if (before !== undefined && before.to[0] === spot[0] && before.to[1] === spot[1]) return;
      const now = performance.now();
      // The first is there at once: before, it was nowhere.
      const isAtOnce = before === undefined || prefersRest.matches;
      glides.set(id, isAtOnce ? restAt(spot, now) : glideTo(before, spot, now, longestMs));
      moving.add(id);
      frames.wake();
    },
    forget(id) {
      glides.delete(id);
      moving.delete(id);
    },
    find(id) {
      const glide = glides.get(id);
      return glide === undefined ? null : spotAt(glide, performance.now());
    },
    close() {
      frames.close();
      glides.clear();
      moving.clear();
    },
  };
}
