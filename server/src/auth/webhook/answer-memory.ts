import { createHmac, randomBytes } from 'node:crypto';
import type { Clock } from '../../clock.ts';
import { RENEWAL_LEAD_MS } from '../authenticator.ts';
import type { Answer } from './answer.ts';
import type { Credentials } from './credentials.ts';

/** As many people as there may be sessions by default. */
const MAX_ALLOWED = 20_000;
/** Apart from the others: whoever makes up tokens pushes nobody out who has a good one. */
const MAX_REFUSED = 10_000;
/** Short, since whoever was refused may have signed in meanwhile; long enough for a page that tries in a loop. */
const REFUSAL_MS = 5_000;
/**
 * So young, an answer is fresh even when what it allows ends soon: hundreds of tabs of one person that are asked for a
 * fresh token in one second need one new answer. Less than the time after which a tab is asked again.
 */
const JUST_HEARD_MS = 5_000;

type Allowed = Extract<Answer, { kind: 'allowed' }>;

interface Remembered<A extends Answer = Answer> {
  readonly answer: A;
  /** Monotonic: when the question left, since that is what the answer is true of. */
  readonly askedAt: number;
}

/** Answers, by a keyed hash of the credentials that they are about: tokens are kept nowhere. */
export class AnswerMemory {
  readonly #cacheMs: number;
  readonly #clock: Clock;
  readonly #hashKey = randomBytes(32);
  /** Those used last are at the end. */
  readonly #allowed = new Map<string, Remembered<Allowed>>();
  readonly #refused = new Map<string, Remembered>();

  constructor(cacheMs: number, clock: Clock) {
    this.#cacheMs = cacheMs;
    this.#clock = clock;
  }

  get size(): number {
    return this.#allowed.size + this.#refused.size;
  }

  keyOf({ token, cookie }: Credentials): string {
    return createHmac('sha256', this.#hashKey)
      .update(JSON.stringify([token, cookie]))
      .digest('base64');
  }

  /** What counts without asking. */
  findFresh(key: string): Answer | null {
    const allowed = this.#findAllowed(key);
    if (allowed !== null) return this.#isFresh(allowed) ? allowed.answer : null;
    const refused = this.#refused.get(key);
    if (refused === undefined) return null;
    if (this.#clock.monotonicMs() - refused.askedAt < Math.min(REFUSAL_MS, this.#cacheMs)) return refused.answer;
    this.#refused.delete(key);
    return null;
  }

  /** What was allowed until a time that has not come yet: it counts while nobody can be asked. */
  findAllowed(key: string): Allowed | null {
    return this.#findAllowed(key)?.answer ?? null;
  }

  keep(key: string, answer: Answer, askedAt: number): void {
    this.#allowed.delete(key);
    this.#refused.delete(key);
    if (answer.kind === 'allowed') put(this.#allowed, key, { answer, askedAt }, MAX_ALLOWED);
    else put(this.#refused, key, { answer, askedAt }, MAX_REFUSED);
  }

  /** @param user null: of everybody. Goes through all of them, some milliseconds at most: it is done by hand, or seldom. */
  forget(user: string | null): void {
    if (user === null) {
      this.#allowed.clear();
      this.#refused.clear();
      return;
    }
    for (const [key, { answer }] of this.#allowed) if (answer.access.user.id === user) this.#allowed.delete(key);
  }

  #findAllowed(key: string): Remembered<Allowed> | null {
    const found = this.#allowed.get(key);
    if (found === undefined) return null;
    this.#allowed.delete(key);
    if (found.answer.expiresAt <= this.#clock.now()) return null;
    this.#allowed.set(key, found);
    return found;
  }

  /** Whoever is about to be asked for a fresh token, or has been, needs one that is not the same again. */
  #isFresh({ answer, askedAt }: Remembered<Allowed>): boolean {
    const age = this.#clock.monotonicMs() - askedAt;
    if (age >= this.#cacheMs) return false;
    return age < JUST_HEARD_MS || answer.expiresAt - this.#clock.now() > RENEWAL_LEAD_MS;
  }
}

function put<Value>(values: Map<string, Value>, key: string, value: Value, limit: number): void {
  values.set(key, value);
  if (values.size <= limit) return;
  for (const oldest of values.keys()) {
    values.delete(oldest);
    return;
  }
}
