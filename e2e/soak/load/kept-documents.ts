import { describeDifference, isSameState, joinWithHocuspocus, joinWithYWebsocket, until } from '@quire/testing';
import * as Y from 'yjs';
import { PATIENCE_MS } from './patience.ts';

/** What a document must be when somebody opens it; one that is not known must be empty. */
type Kept =
  | { readonly kind: 'state'; readonly update: Uint8Array }
  | { readonly kind: 'deleted' }
  /** Somebody edits it; if they never come to an end, that is a fault of its own, and nothing is known. */
  | { readonly kind: 'changing' };

const CONCURRENT_READERS = 8;

/**
 * What all clients of each document had when the last of them left. By then everything in it had a receipt, or had
 * come back from the server to somebody who had not written it: so it was on disk, and whoever comes later must find
 * exactly that.
 */
export class KeptDocuments {
  readonly #kept = new Map<string, Kept>();
  readonly #timeoutMs: number;

  /** @param timeoutMs how long somebody who opens a document waits for what must be in it */
  constructor(timeoutMs: number = PATIENCE_MS) {
    this.#timeoutMs = timeoutMs;
  }

  has(document: string): boolean {
    return this.#kept.get(document)?.kind === 'state';
  }

  get names(): readonly string[] {
    return [...this.#kept.keys()].filter((name) => this.has(name));
  }

  noteChanging(document: string): void {
    this.#kept.set(document, { kind: 'changing' });
  }

  keep(document: string, doc: Y.Doc): void {
    this.#kept.set(document, { kind: 'state', update: Y.encodeStateAsUpdate(doc) });
  }

  noteDeleted(document: string): void {
    this.#kept.set(document, { kind: 'deleted' });
  }

  /** Resolves once the document holds what it must; rejects with how it differs. */
  async expect(document: string, doc: Y.Doc): Promise<void> {
    const kept = this.#kept.get(document);
    if (kept?.kind === 'changing') return;
    const expected = new Y.Doc();
    if (kept?.kind === 'state') Y.applyUpdate(expected, kept.update);
    try {
      await until(() => isSameState(expected, doc), {
        timeoutMs: this.#timeoutMs,
        what: () =>
          `${document} is not what it was when everybody left\n` +
          describeDifference(expected, doc, ['who was there', 'who opens it']),
      });
    } finally {
      expected.destroy();
    }
  }

  /** Opens every document, as somebody who has never been there. @returns what is wrong, in words */
  async findLosses(server: { readonly url: string; readonly wsUrl: string }): Promise<string[]> {
    const losses: string[] = [];
    const names = [...this.#kept.keys()];
    let next = 0;
    const readNext = async (): Promise<void> => {
      for (let at = next++; at < names.length; at = next++) {
        const name = names[at] as string;
        try {
          await this.#look(server, name, at);
        } catch (error) {
          losses.push(error instanceof Error ? error.message : String(error));
        }
      }
    };
    await Promise.all(Array.from({ length: CONCURRENT_READERS }, readNext));
    return losses;
  }

  async #look(server: { readonly url: string; readonly wsUrl: string }, name: string, turn: number): Promise<void> {
    const kept = this.#kept.get(name);
    switch (kept?.kind) {
      case 'state':
        return this.#reopen(server.wsUrl, name, turn);
      case 'deleted':
        return expectGone(server.url, name);
      case 'changing':
      case undefined:
        return;
      default:
        kept satisfies never;
    }
  }

  async #reopen(wsUrl: string, name: string, turn: number): Promise<void> {
    const reader = turn % 2 === 0 ? joinWithHocuspocus(wsUrl, name) : joinWithYWebsocket(wsUrl, name);
    try {
      await this.expect(name, reader.doc);
    } finally {
      reader.leave();
    }
  }
}

async function expectGone(url: string, name: string): Promise<void> {
  const { status } = await fetch(`${url}/v1/documents/${encodeURIComponent(name)}`);
  if (status !== 404) throw new Error(`${name} was deleted, and asking for it is answered with ${status}`);
}
