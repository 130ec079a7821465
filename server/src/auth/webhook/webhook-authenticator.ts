import { closeCodes } from '@quire/protocol';
import type { Clock } from '../../clock.ts';
import { addressGroup } from '../../config/address-range.ts';
import type { OriginPolicy } from '../../http/origins.ts';
import type { Logger } from '../../observability/log.ts';
import type { LookupSource, WebhookMeters } from '../../observability/metrics/webhook-meters.ts';
import { type Access, AccessError, type Authenticator, type AuthRequest } from '../authenticator.ts';
import { type Answer, NoAnswer } from './answer.ts';
import { AnswerMemory } from './answer-memory.ts';
import type { Backend, Question } from './backend.ts';
import { type Circuit, CLOSED, letThrough, noteAnswer, noteFailure, type Passage } from './circuit.ts';
import { findCredentials } from './credentials.ts';
import { FairTurns, TurnedAway } from './fair-turns.ts';

/** Each may hold a token of 64 KiB. */
const MAX_WAITING = 2_000;

export interface WebhookSettings {
  /** Of cookies that the backend wants to see. */
  readonly cookies: readonly string[];
  readonly timeoutMs: number;
  readonly cacheMs: number;
  readonly maxQuestions: number;
}

export interface WebhookSurroundings {
  readonly origins: OriginPolicy;
  readonly clock: Clock;
  readonly log: Logger;
  readonly meters: WebhookMeters | null;
}

/** While an answer is under way, whose answers were voided; null stands for everybody's. */
type Voided = Set<string | null>;

/**
 * Asks a backend who somebody is. One question answers all who bring the same credentials, in all documents, for a while:
 * a thousand tabs that come back at once are one question, and a document more is none.
 */
export class WebhookAuthenticator implements Authenticator {
  readonly #backend: Backend;
  readonly #settings: WebhookSettings;
  readonly #surroundings: WebhookSurroundings;
  readonly #memory: AnswerMemory;
  readonly #turns: FairTurns;
  /** Questions that wait or are asked, by the hash of the credentials. */
  readonly #underway = new Map<string, Promise<Answer>>();
  readonly #asking = new Set<Voided>();
  #circuit: Circuit = CLOSED;

  constructor(backend: Backend, settings: WebhookSettings, surroundings: WebhookSurroundings) {
    const { clock, meters } = surroundings;
    const { cacheMs, maxQuestions: maxRunning, timeoutMs: maxWaitMs } = settings;
    this.#backend = backend;
    this.#settings = settings;
    this.#surroundings = surroundings;
    this.#memory = new AnswerMemory(cacheMs, clock);
    this.#turns = new FairTurns({ maxRunning, maxWaiting: MAX_WAITING, maxWaitMs }, clock);
    meters?.watch({
      waiting: () => this.#turns.waiting,
      asked: () => this.#turns.running,
      isCircuitOpen: () => this.#circuit.kind !== 'closed',
    });
  }

  async authenticate(request: AuthRequest): Promise<Access> {
    const credentials = findCredentials(request, this.#settings.cookies, this.#surroundings.origins);
    if (credentials === null) {
      throw new AccessError(closeCodes.unauthorized, 'there is no token, and no cookie that counts');
    }
    const key = this.#memory.keyOf(credentials);
    const fresh = this.#memory.findFresh(key);
    if (fresh !== null) return this.#conclude(fresh, 'memory');
    const shared = this.#underway.get(key);
    try {
      if (shared !== undefined) return this.#conclude(await shared, 'shared');
      const { headers, remoteAddress: address } = request;
      const question = { ...credentials, address, origin: headers.get('origin') };
      return this.#conclude(await this.#ask(key, question), 'question');
    } catch (error) {
      if (!(error instanceof NoAnswer || error instanceof TurnedAway)) throw error;
      const last = this.#memory.findAllowed(key);
      if (last !== null) return this.#conclude(last, 'old-memory');
      this.#surroundings.meters?.lookups.add('none');
      const why = `who this is can not be found out from the backend: ${error.message}`;
      throw new AccessError(closeCodes.authUnavailable, why, { cause: error });
    }
  }

  /** Whoever is being asked about at the moment is asked about once more, if it is them: what is on its way may be old. */
  forgetAnswers(user: string | null): void {
    this.#memory.forget(user);
    for (const voided of this.#asking) voided.add(user);
  }

  close(): void {
    this.#backend.close();
  }

  #conclude(answer: Answer, source: LookupSource): Access {
    this.#surroundings.meters?.lookups.add(source);
    if (answer.kind === 'allowed') return answer.access;
    throw new AccessError(answer.closeCode, answer.reason);
  }

  /** Between finding that nobody asks the same and this there is no `await`: nothing is asked twice at once. */
  #ask(key: string, question: Question): Promise<Answer> {
    if (letThrough(this.#circuit, this.#now()) === null) return Promise.reject(this.#describeOpenCircuit());
    const asking = this.#turns
      .run(addressGroup(question.address), () => this.#askUntilItCounts(key, question))
      .finally(() => this.#underway.delete(key));
    this.#underway.set(key, asking);
    return asking;
  }

  async #askUntilItCounts(key: string, question: Question): Promise<Answer> {
    const voided: Voided = new Set();
    this.#asking.add(voided);
    try {
      for (;;) {
        voided.clear();
        const askedAt = this.#now();
        const answer = await this.#askOnce(question);
        const user = answer.kind === 'allowed' ? answer.access.user.id : null;
        if (voided.has(null) || voided.has(user)) continue;
        this.#memory.keep(key, answer, askedAt);
        return answer;
      }
    } finally {
      this.#asking.delete(voided);
    }
  }

  async #askOnce(question: Question): Promise<Answer> {
    const { meters } = this.#surroundings;
    const through = letThrough(this.#circuit, this.#now());
    if (through === null) throw this.#describeOpenCircuit();
    this.#circuit = through.circuit;
    const beganAt = this.#now();
    try {
      const answer = await this.#backend.ask(question);
      meters?.asked(answer.kind, this.#now() - beganAt);
      this.#noteAnswer();
      return answer;
    } catch (error) {
      const silence = error instanceof NoAnswer ? error.kind : 'failed';
      meters?.asked(silence, this.#now() - beganAt);
      // What is malformed may be so for one person alone, who must not shut out the others.
      if (silence === 'malformed') this.#noteAnswer();
      else this.#noteFailure(through.passage, error);
      throw error;
    }
  }

  #noteAnswer(): void {
    if (this.#circuit.kind !== 'closed') this.#surroundings.log.info('the backend answers again');
    this.#circuit = noteAnswer();
  }

  #noteFailure(passage: Passage, error: unknown): void {
    const before = this.#circuit;
    this.#circuit = noteFailure(before, passage, this.#now());
    if (this.#circuit.kind !== 'open' || before.kind === 'open') return;
    const forMs = this.#circuit.until - this.#now();
    this.#surroundings.log.error(
      { err: error, forMs },
      'the backend fails to say who somebody is: it is left alone for a while, and nobody new is let in',
    );
  }

  #describeOpenCircuit(): NoAnswer {
    return new NoAnswer('failed', 'it has failed several times in a row, and is left alone for a while');
  }

  #now(): number {
    return this.#surroundings.clock.monotonicMs();
  }
}
