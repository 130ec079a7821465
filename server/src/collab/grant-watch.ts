import { type CloseCode, closeCodes } from '@quire/protocol';
import { type Grant, RENEWAL_LEAD_MS } from '../auth/authenticator.ts';
import type { Clock } from '../clock.ts';
import type { DocumentConnection } from './document-connection.ts';

/** So long after its bearer was asked for a fresh token they are asked again, while there is no answer. */
const ASK_AGAIN_MS = 10_000;
const LOOK_MS = 1_000;

/** Ends grants when their time is over, whatever the client does; has them renewed before that. */
export class GrantWatch {
  readonly #clock: Clock;
  /** Connections whose grants end, and when each was last asked for a token; 0: not yet. */
  readonly #askedAt = new Map<DocumentConnection, number>();
  readonly #stop: () => void;

  constructor(clock: Clock) {
    this.#clock = clock;
    this.#stop = clock.every(LOOK_MS, () => this.#look());
  }

  /** @param expiresAt null: it does not end */
  watch(connection: DocumentConnection, expiresAt: number | null): void {
    if (expiresAt === null) this.#askedAt.delete(connection);
    else this.#askedAt.set(connection, this.#askedAt.get(connection) ?? 0); // whoever sends the same token again is not asked sooner
  }

  forget(connection: DocumentConnection): void {
    this.#askedAt.delete(connection);
  }

  /** Why a grant that is not watched yet is over; null while it isn't. */
  findEnd(grant: Grant): CloseCode | null {
    return grant.expiresAt !== null && grant.expiresAt <= this.#clock.now() ? endOf(grant) : null;
  }

  close(): void {
    this.#stop();
    this.#askedAt.clear();
  }

  #look(): void {
    const now = this.#clock.now();
    for (const [connection, askedAt] of this.#askedAt) {
      const { state } = connection;
      const grant = state.kind === 'established' ? state.grant : null;
      const expiresAt = grant?.expiresAt ?? null;
      if (grant === null || expiresAt === null) this.#askedAt.delete(connection);
      else if (expiresAt <= now) connection.closeDocument(endOf(grant));
      else if (expiresAt - now <= RENEWAL_LEAD_MS && now - askedAt >= ASK_AGAIN_MS) {
        this.#askedAt.set(connection, now);
        connection.renewGrant();
      }
    }
  }
}

function endOf({ link }: Grant): CloseCode {
  return link === undefined ? closeCodes.unauthorized : closeCodes.linkEnded;
}
