import { type Case, judge } from '../collab/judgement.ts';
import type { Judge, Ruling, Sender } from '../collab/judgement-thread.ts';

interface Held {
  readonly asked: Case;
  readonly sender: Sender;
  rule(ruling: Ruling): void;
}

/** Judges when a test says so, in the order in which it was asked, and as the test says if it says something else. */
export class HeldJudge implements Judge {
  readonly #held: Held[] = [];
  hasRoom = true;
  /** How often somebody asked for room. */
  roomsAsked = 0;
  /** Rulings that are still being compared with their documents. */
  unfinished = 0;

  makeRoomFor(): boolean {
    this.roomsAsked += 1;
    return this.hasRoom;
  }

  judge(asked: Case, sender: Sender): Promise<Ruling> {
    return new Promise((rule) => this.#held.push({ asked, sender, rule }));
  }

  /** Who sent what waits, and whether anybody wants to know. */
  get senders(): readonly Sender[] {
    return this.#held.map(({ sender }) => sender);
  }

  /** How many wait. */
  get waiting(): number {
    return this.#held.length;
  }

  /** @param ruling left out: what a thread would say */
  ruleNext(ruling?: Ruling): void {
    const next = this.#held.shift();
    if (next === undefined) throw new Error('nothing waits to be judged');
    next.rule(ruling ?? this.#judge(next.asked));
  }

  #judge(asked: Case): Ruling {
    const finding = judge(asked);
    if (finding.kind !== 'sound') return finding;
    this.unfinished += 1;
    return {
      ...finding,
      letGo: () => {
        this.unfinished -= 1;
      },
    };
  }

  /** As a thread does that is closed. */
  close(): void {
    while (this.#held.length > 0) this.ruleNext({ kind: 'closed' });
  }
}
