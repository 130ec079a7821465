import { type CloseCode, closeCodes } from '@quire/protocol';
import type { Grant } from '../auth/authenticator.ts';
import type { Standing } from '../auth/standing.ts';
import type { Clock } from '../clock.ts';
import type { ConnectionState, DocumentConnection } from './document-connection.ts';
import { replaceGrant } from './grant-renewals.ts';

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

/** A connection whose access has ended. */
interface Ended {
  readonly connection: DocumentConnection;
  readonly state: Established;
  /** What it could do until then. */
  readonly grant: Grant;
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
    return this.#asked.get(connection)?.grant.canWrite === true;
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
      const { grant } = state;
      if (this.#findEnd({ state, grant }) !== null) round.push({ connection, state, grant });
    }
    if (round.length === 0) return;
    for (const ended of round) this.#withdraw(ended);
    this.#after(ASK_AGAIN_MS, () => {
      for (const { connection } of this.#stillAsked(round)) connection.renewGrant();
    });
    this.#after(PATIENCE_MS, () => {
      for (const ended of this.#stillAsked(round)) {
        const { connection, state, grant } = ended;
        this.#asked.delete(connection);
        const code = this.#findEnd(ended);
        // The revocation was lifted meanwhile.
        if (code === null) replaceGrant(connection, state, grant);
        else connection.closeDocument(code);
      }
    });
  }

  #findEnd({ state, grant }: Pick<Ended, 'state' | 'grant'>): CloseCode | null {
    return this.#options.standing.findEnd(grant, { name: state.owner.name, life: state.owner.admittedLife });
  }

  #withdraw(ended: Ended): void {
    const { connection, state, grant } = ended;
    this.#asked.set(connection, ended);
    replaceGrant(connection, state, { ...grant, role: 'reader', canWrite: false });
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
