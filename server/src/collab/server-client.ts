import { randomInt } from 'node:crypto';

/** As many as Node draws: ten thousand times more than clients draw from. */
const MAX_CLIENT_ID = 2 ** 48 - 1;

/**
 * As whom the server writes in a document: one Yjs client for as long as it is in memory, since every client stays in its
 * state vector for good. Nobody knows who before something is written, so nothing that was sent earlier can build on it.
 */
export class ServerClient {
  readonly id = randomInt(MAX_CLIENT_ID);
  #isWriting = false;

  /**
   * Edits that are drafted side by side must not count alike: of two, one is written as somebody who never writes again.
   *
   * @param edit calls `applied` once its edit is in the document, where it goes on for longer: the next is drafted on top
   */
  async write(edit: (client: number, applied: () => void) => Promise<void>): Promise<void> {
    if (this.#isWriting) {
      await edit(randomInt(MAX_CLIENT_ID), () => {});
      return;
    }
    this.#isWriting = true;
    let mayEnd = true;
    const end = (): void => {
      if (mayEnd) this.#isWriting = false;
      mayEnd = false; // by now it may be another's turn
    };
    try {
      await edit(this.id, end);
    } finally {
      end();
    }
  }
}
