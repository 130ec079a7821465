import type { Connection as HocuspocusConnection } from '@hocuspocus/server';
import type { ClientFrame, CloseCode } from '@quire/protocol';
import type { Grant } from '../auth/authenticator.ts';
import type { DocumentConnection } from './document-connection.ts';
import type { DocumentOwner } from './document-owner.ts';
import type { StoredAnswer } from './early-answers.ts';
import type { SessionOrigin } from './session-port.ts';

/** Lets the document connections of a socket in, and out. Where it keeps nothing of a socket, all of them share one. */
export interface Admission {
  /** Authorises the connection and opens its document; ends in `establish` or `refuse` of the host. */
  begin(connection: DocumentConnection, token: Extract<ClientFrame, { kind: 'token' }>, host: AdmissionHost): void;
  /** Takes a frame of an established connection that is neither content nor presence. */
  pass(
    connection: DocumentConnection,
    frame: Extract<ClientFrame, { kind: 'token' | 'stateless' | 'close' | 'step-1' }>,
    host: AdmissionHost,
  ): void;
  /** Ends one connection; others on the same socket stay. */
  endConnection(connection: DocumentConnection, code: CloseCode, host: AdmissionHost): void;
  /** The socket is closed. */
  end(code: number, reason: string): void;
}

/** What an admission needs of the session that it works for. */
export interface AdmissionHost {
  readonly origin: SessionOrigin;
  find(rawAddress: string): DocumentConnection | undefined;
  /** `hocuspocus` is null where no extension wants to know of connections. */
  establish(
    connection: DocumentConnection,
    owner: DocumentOwner | undefined,
    grant: Grant,
    hocuspocus: HocuspocusConnection | null,
  ): void;
  /**
   * Lets somebody in whose document is still being brought into memory: for a step 1 with empty hands there is an answer.
   *
   * @returns false where their access has ended since their token was looked at: `establish` refuses them
   */
  welcomeEarly(connection: DocumentConnection, grant: Grant, answer: StoredAnswer): boolean;
  refuse(connection: DocumentConnection | undefined, code: CloseCode, reason: string): void;
  drop(connection: DocumentConnection): void;
}
