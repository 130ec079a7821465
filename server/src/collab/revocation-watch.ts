import { type CloseCode, closeCodes } from '@quire/protocol';
import type { Standing } from '../auth/standing.ts';
import type { Clock } from '../clock.ts';
import type { ConnectionState, DocumentConnection } from './document-connection.ts';

/**
 * So long after a revocation its people are asked for a token once more. Tokens say in whole seconds when they were issued:
 * one that is made in the second of the revocation can't be told from those before it, and is refused.
 */
const ASK_AGAIN_MS = 1_200;
/** So long after a revocation whoever has brought no better token is put out: time to fetch one, twice. */
const PATIENCE_MS = 2_500;
/** All connections are looked through for a change, so of many changes in a row those within this time share a look. */
const LOOK_AGAIN_MS = 100;

type Established = Extract<ConnectionState, { kind: 'established' }>;

/** A connection whose access has ended, and why. */
interface Ended {
  readonly connection: DocumentConnection;
  readonly state: Established;
  readonly code: CloseCode;
  readonly couldWrite: boolean;
}

export interface RevocationWatchOptions {
  readonly standing: Standing;
  readonly clock: Clock;
  /** Everybody who is in. */
  connections(): Iterable<DocumentConnection>;
}

/**
 * Has revocations take effect on those who are in, and on nobody else: they write no more at once, are asked for a fresh
 * token, and go if none comes that was issued since. Whoever brings one stays, with what it allows (G6). Where a dialect has no
 * word for it, what they came with is looked at again: a backend may have answered otherwise since, for the same token.
 */
export class RevocationWatch {
  readonly #options: RevocationWatchOptions;
  readonly #stopListening: () => void;
  /** Those who were asked. A later round of the same connection is another one. */
  readonly #asked = new Map<DocumentConnection, Ended>();
  readonly #timers = new Set<() => void>();
  #isResting = false;
  #isDue = false;

  constructor(options: RevocationWatchOptions) {
    this.#options = options;
    this.#stopListening = options.standing.onEnded(() => this.#lookSoon());
  }

  /** Whether this connection may still bring a better token than the one that was just refused. */
  isPatientWith(connection: DocumentConnection, refusal: CloseCode): boolean {
    // What a socket was opened with does not get better.
    if (connection.session.dialect.name === 'y-websocket') return false;
    return refusal.code === closeCodes.accessRevoked.code && this.#asked.has(connection);
  }

  /** Whether it writes no more only because that was withdrawn from it here. */
  hasWithdrawn(connection: DocumentConnection): boolean {
    return this.#asked.get(connection)?.couldWrite === true;
  }

  /** It has brought one. */
  renewed(connection: DocumentConnection): void {
    this.#asked.delete(connection);
  }

  close(): void {
    this.#stopListening();
    for (const cancel of this.#timers) cancel();
    this.#timers.clear();
    this.#asked.clear();
  }

  #lookSoon(): void {
    if (this.#isResting) {
      this.#isDue = true;
      return;
    }
    this.#look();
    this.#isResting = true;
    this.#after(LOOK_AGAIN_MS, () => {
      this.#isResting = false;
      if (!this.#isDue) return;
      this.#isDue = false;
      this.#lookSoon();
    });
  }

  #look(): void {
    const round: Ended[] = [];
    // First all of them: whoever is put out at once leaves the audience that is gone through here.
    for (const connection of this.#options.connections()) {
      const { state } = connection;
      if (state.kind !== 'established' || this.#asked.has(connection)) continue;
      const code = this.#options.standing.findEnd(state.grant, state.owner.admittedLife);
      if (code !== null) round.push({ connection, state, code, couldWrite: state.grant.canWrite });
    }
    if (round.length === 0) return;
    for (const ended of round) this.#withdraw(ended);
    this.#after(ASK_AGAIN_MS, () => {
      for (const { connection } of this.#stillAsked(round)) connection.renewGrant();
    });
    this.#after(PATIENCE_MS, () => {
      for (const { connection, code } of this.#stillAsked(round)) {
        this.#asked.delete(connection);
        connection.closeDocument(code);
      }
    });
  }

  #withdraw(ended: Ended): void {
    const { connection, state, couldWrite } = ended;
    this.#asked.set(connection, ended);
    state.grant = { ...state.grant, role: 'reader', canWrite: false };
    if (state.hocuspocus !== null) state.hocuspocus.readOnly = true;
    if (couldWrite) connection.say({ kind: 'authenticated', scope: 'readonly' });
    connection.renewGrant();
  }

  #stillAsked(round: readonly Ended[]): Ended[] {
    const still = round.filter((ended) => this.#asked.get(ended.connection) === ended);
    for (const { connection, state } of still) if (connection.state !== state) this.#asked.delete(connection);
    return still.filter(({ connection, state }) => connection.state === state);
  }

  #after(delayMs: number, task: () => void): void {
    const cancel = this.#options.clock.after(delayMs, () => {
      this.#timers.delete(cancel);
      task();
    });
    this.#timers.add(cancel);
  }
}
