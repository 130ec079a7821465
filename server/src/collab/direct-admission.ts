import { type ClientFrame, type CloseCode, closeCodes, type DocumentName } from '@quire/protocol';
import { type Grant, scopeOf } from '../auth/authenticator.ts';
import type { Admission, AdmissionHost } from './admission.ts';
import type { DocumentConnection } from './document-connection.ts';
import type { DocumentOwner } from './document-owner.ts';
import type { StoredAnswer } from './early-answers.ts';
import { Refusal } from './refusal.ts';
import type { SessionOrigin } from './session-port.ts';

/** What all direct admissions of a node share. */
export interface DirectAdmissionContext {
  /** @throws {Refusal} */
  authenticate(document: DocumentName, token: string, origin: SessionOrigin): Promise<Grant>;
  /** The owner of a document that is open already. */
  find(document: DocumentName): DocumentOwner | undefined;
  /**
   * @param onStored told how the document is stored, while it is still being brought into memory, if that is of use
   * @throws {Refusal}
   */
  open(document: DocumentName, onStored: (answer: StoredAnswer) => void): Promise<DocumentOwner>;
}

/**
 * Admission without Hocuspocus, for servers without extensions: nobody would hear its hooks, and what it keeps for each
 * socket and connection is more than all the rest.
 */
export class DirectAdmission implements Admission {
  readonly #host: AdmissionHost;
  readonly #origin: SessionOrigin;
  readonly #context: DirectAdmissionContext;

  constructor(host: AdmissionHost, origin: SessionOrigin, context: DirectAdmissionContext) {
    this.#host = host;
    this.#origin = origin;
    this.#context = context;
  }

  begin(connection: DocumentConnection, { token }: Extract<ClientFrame, { kind: 'token' }>): void {
    void this.#admit(connection, token);
  }

  async #admit(connection: DocumentConnection, token: string): Promise<void> {
    const { document } = connection.address;
    try {
      const grant = await this.#context.authenticate(document, token, this.#origin);
      if (connection.state.kind !== 'establishing') return;
      const present = this.#context.find(document);
      if (present?.isOpen === true) {
        connection.session.together(() => this.#enter(connection, present, grant));
        return;
      }
      let isWelcomed = false;
      const owner = await this.#context.open(document, (answer) => {
        if (connection.state.kind !== 'establishing') return;
        isWelcomed = this.#host.welcomeEarly(connection, grant, answer);
      });
      if (connection.state.kind !== 'establishing') return;
      if (isWelcomed) this.#host.establish(connection, owner, grant, null);
      else this.#enter(connection, owner, grant);
    } catch (error) {
      const code = error instanceof Refusal ? error.closeCode : closeCodes.internalError;
      this.#host.refuse(connection, code, code.name);
    }
  }

  #enter(connection: DocumentConnection, owner: DocumentOwner, grant: Grant): void {
    connection.say({ kind: 'authenticated', scope: scopeOf(grant) });
    this.#host.establish(connection, owner, grant, null);
  }

  pass(connection: DocumentConnection, frame: Parameters<Admission['pass']>[1]): void {
    // A stateless message is for hooks, of which there are none; a fresh token was taken by the session.
    if (frame.kind === 'close') this.#host.drop(connection);
  }

  endConnection(connection: DocumentConnection, code: CloseCode): void {
    connection.say({ kind: 'closed', reason: code.name });
    this.#host.drop(connection);
  }

  end(): void {}
}
