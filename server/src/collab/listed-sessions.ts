import { randomBytes } from 'node:crypto';
import { closeCodes, type SessionInfo } from '@quire/protocol';
import type { DocumentConnection } from './document-connection.ts';
import type { DocumentOwner } from './document-owner.ts';

const ID_BYTES = 12;

/** The connections to a document under ids of their own, which they get when somebody first asks for them. */
export class ListedSessions {
  readonly #ids = new WeakMap<DocumentConnection, string>();

  /** By id. */
  list(owner: DocumentOwner): readonly SessionInfo[] {
    const infos = [...owner.connections()].flatMap((each) => this.#describe(each) ?? []);
    return infos.sort((one, other) => (one.id < other.id ? -1 : 1));
  }

  /** Puts somebody out, who comes back only by their own doing. @returns whether there was such a session */
  end(owner: DocumentOwner, id: string): boolean {
    for (const connection of owner.connections()) {
      if (this.#ids.get(connection) !== id) continue;
      connection.closeDocument(closeCodes.sessionEnded);
      return true;
    }
    return false;
  }

  #describe(connection: DocumentConnection): SessionInfo | null {
    const { enteredAt, session, state } = connection;
    if (state.kind !== 'established') return null;
    const { role, user } = state.grant;
    const since = new Date(enteredAt).toISOString();
    return { id: this.#idOf(connection), user: user.id, role, since, dialect: session.dialect.name };
  }

  #idOf(connection: DocumentConnection): string {
    const known = this.#ids.get(connection);
    if (known !== undefined) return known;
    const id = randomBytes(ID_BYTES).toString('base64url');
    this.#ids.set(connection, id);
    return id;
  }
}
