import { type ClientFrame, type CloseCode, closeCodes, type DocumentName } from '@quire/protocol';
import { type Grant, scopeOf } from '../auth/authenticator.ts';
import type { Admission, AdmissionHost } from './admission.ts';
import type { DocumentConnection } from './document-connection.ts';
import type { DocumentOwner } from './document-owner.ts';
import type { StoredAnswer } from './early-answers.ts';
import { Refusal } from './refusal.ts';
import type { SessionOrigin } from './session-port.ts';

/** What admission needs of a node. */
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
  readonly #context: DirectAdmissionContext;

  constructor(context: DirectAdmissionContext) {
    this.#context = context;
  }

  begin(connection: DocumentConnection, { token }: Extract<ClientFrame, { kind: 'token' }>, host: AdmissionHost): void {
    void this.#admit(connection, token, host);
  }

  async #admit(connection: DocumentConnection, token: string, host: AdmissionHost): Promise<void> {
    const { document } = connection.address;
    try {
      const grant = await this.#context.authenticate(document, token, host.origin);
      if (connection.state.kind !== 'establishing') return;
      const present = this.#context.find(document);
      if (present?.isOpen === true) {
        connection.session.together(() => enter(connection, present, grant, host));
        return;
      }
      let isWelcomed = false;
      const owner = await this.#context.open(document, (answer) => {
        if (connection.state.kind !== 'establishing') return;
        isWelcomed = host.welcomeEarly(connection, grant, answer);
      });
      if (connection.state.kind !== 'establishing') return;
      if (isWelcomed) host.establish(connection, owner, grant, null);
      else enter(connection, owner, grant, host);
    } catch (error) {
      const code = error instanceof Refusal ? error.closeCode : closeCodes.internalError;
      host.refuse(connection, code, code.name);
    }
  }

  pass(connection: DocumentConnection, frame: Parameters<Admission['pass']>[1], host: AdmissionHost): void {
    // A stateless message is for hooks, of which there are none; a fresh token was taken by the session.
    if (frame.kind === 'close') host.drop(connection);
  }

  endConnection(connection: DocumentConnection, code: CloseCode, host: AdmissionHost): void {
    connection.say({ kind: 'closed', reason: code.name });
    host.drop(connection);
  }

  end(): void {}
}

function enter(connection: DocumentConnection, owner: DocumentOwner, grant: Grant, host: AdmissionHost): void {
  connection.say({ kind: 'authenticated', scope: scopeOf(grant) });
  host.establish(connection, owner, grant, null);
}
