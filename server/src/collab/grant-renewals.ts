import { type CloseCode, closeCodes, type DocumentName } from '@quire/protocol';
import { type Grant, MAX_TOKEN_LENGTH, scopeOf } from '../auth/authenticator.ts';
import type { ConnectionState, DocumentConnection } from './document-connection.ts';
import type { DocumentOwner } from './document-owner.ts';
import { Refusal } from './refusal.ts';
import type { SessionOrigin } from './session-port.ts';

type Established = Extract<ConnectionState, { kind: 'established' }>;

export interface RenewalContext {
  /**
   * @param holder whose token it must be
   * @throws {Refusal}
   */
  authenticate(document: DocumentName, token: string, origin: SessionOrigin, holder: string): Promise<Grant>;
  /** Why a grant holds no longer that was good when its token was looked at; null: it holds. */
  findEnd(grant: Grant, owner: DocumentOwner): CloseCode | null;
  /** Whether this refusal is not the last word. */
  mayTryAgain(connection: DocumentConnection, refusal: CloseCode): boolean;
  /** Whether it may not write only because that was withdrawn until a better token comes. */
  hasWithdrawn(connection: DocumentConnection): boolean;
  /** The connection has another grant now. */
  onRenewed(connection: DocumentConnection, grant: Grant): void;
}

/** What a client has sent since the check of an earlier token began: only the last of it counts. */
interface Underway {
  next: string | null;
}

/**
 * Fresh tokens of people who are in (Hocuspocus calls it token sync): what they may do changes in place, for them alone.
 * One check at a time for each connection, however many tokens it sends.
 */
export class GrantRenewals {
  readonly #context: RenewalContext;
  readonly #underway = new WeakMap<DocumentConnection, Underway>();

  constructor(context: RenewalContext) {
    this.#context = context;
  }

  renew(connection: DocumentConnection, state: Established, token: string, origin: SessionOrigin): void {
    const underway = this.#underway.get(connection);
    // What is far too long is refused at once: it is not kept until its turn (G4).
    if (token.length > MAX_TOKEN_LENGTH) void this.#checkOnce(connection, state, token, origin);
    else if (underway === undefined) void this.#check(connection, state, token, origin);
    else underway.next = token;
  }

  async #check(
    connection: DocumentConnection,
    state: Established,
    token: string,
    origin: SessionOrigin,
  ): Promise<void> {
    const underway: Underway = { next: null };
    this.#underway.set(connection, underway);
    try {
      for (let asked: string | null = token; asked !== null && connection.state === state; asked = underway.next) {
        underway.next = null;
        await this.#checkOnce(connection, state, asked, origin);
      }
    } finally {
      this.#underway.delete(connection);
    }
  }

  async #checkOnce(
    connection: DocumentConnection,
    state: Established,
    token: string,
    origin: SessionOrigin,
  ): Promise<void> {
    const answer = await this.#ask(connection, state, token, origin);
    if (connection.state === state) this.#take(connection, state, answer);
  }

  async #ask(
    { address }: DocumentConnection,
    { grant }: Established,
    token: string,
    origin: SessionOrigin,
  ): Promise<Grant | CloseCode> {
    try {
      return await this.#context.authenticate(address.document, token, origin, grant.user.id);
    } catch (error) {
      return error instanceof Refusal ? error.closeCode : closeCodes.internalError;
    }
  }

  #refuse(connection: DocumentConnection, code: CloseCode): void {
    // Where the fault is ours the grant that it has goes on, until it ends by itself.
    if (code.retry === 'backoff' || this.#context.mayTryAgain(connection, code)) return;
    connection.closeDocument(code);
  }

  #take(connection: DocumentConnection, state: Established, answer: Grant | CloseCode): void {
    if ('code' in answer) {
      this.#refuse(connection, answer);
      return;
    }
    // Revoked while it was looked at.
    const end = this.#context.findEnd(answer, state.owner);
    if (end !== null) {
      this.#refuse(connection, end);
      return;
    }
    // A dialect without a word for it: what they typed from now on would be refused without one, too.
    const typesOn = state.grant.canWrite || this.#context.hasWithdrawn(connection);
    if (typesOn && !answer.canWrite && connection.session.dialect.name === 'y-websocket') {
      connection.closeDocument(closeCodes.accessRevoked);
      return;
    }
    this.#context.onRenewed(connection, answer);
    replaceGrant(connection, state, answer);
  }
}

/** Another grant counts from now on, and its bearer is told what that changes. */
export function replaceGrant(connection: DocumentConnection, state: Established, grant: Grant): void {
  const { canWrite: couldWrite, role } = state.grant;
  const { canWrite } = grant;
  state.grant = grant;
  if (state.hocuspocus !== null) state.hocuspocus.readOnly = !canWrite;
  // Also where it may write as before: who becomes an owner has links to show, and hears of it nowhere else.
  if (couldWrite !== canWrite || role !== grant.role) connection.say({ kind: 'authenticated', scope: scopeOf(grant) });
  // What it wrote while it could not was refused, and what it writes now builds on that: all of it, once more (R4).
  if (canWrite && !couldWrite) connection.send(state.owner.encoded.stepOne);
}
