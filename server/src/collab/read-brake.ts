import type { SessionPort } from './session-port.ts';

/**
 * The sessions that are not read until the disk has caught up: who writes too fast is slowed by that, and no frame is
 * dropped (R4).
 */
export class ReadBrake {
  /** There are many documents, and hardly one that needs it. */
  #held: Set<SessionPort> | null = null;

  hold(session: SessionPort): void {
    this.#held ??= new Set();
    if (this.#held.has(session)) return;
    this.#held.add(session);
    session.stopReading();
  }

  release(): void {
    const held = this.#held;
    if (held === null) return;
    this.#held = null;
    for (const session of held) session.readOn();
  }
}
