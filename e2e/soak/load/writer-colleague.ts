import { until } from '@quire/testing';
import type * as Y from 'yjs';
import type { EditLedger } from '../../crash/edit-ledger.ts';
import type { Writer } from '../../crash/writer.ts';
import type { Colleague } from './colleague.ts';
import { PATIENCE_MS } from './patience.ts';
import type { Stage } from './stage.ts';

/** Knows of each edit whether it has its receipt. */
export class WriterColleague implements Colleague {
  readonly #stage: Stage;
  readonly #writer: Writer;

  constructor(stage: Stage, writer: Writer) {
    this.#stage = stage;
    this.#writer = writer;
  }

  get name(): string {
    return this.#writer.name;
  }

  get doc(): Y.Doc {
    return this.#writer.doc;
  }

  get ledger(): EditLedger {
    return this.#writer.ledger;
  }

  enter(): Promise<void> {
    return this.#writer.connect();
  }

  async type(edits: number): Promise<void> {
    await this.#typeUntil(edits);
    this.#writer.stopTyping();
    await this.settled();
  }

  point(): void {}

  async workOffline(edits: number): Promise<void> {
    await this.leave(false);
    for (let made = 0; made < edits; made += 1) this.ledger.make();
    await this.enter();
  }

  async stumble(edits: number): Promise<void> {
    await this.#typeUntil(edits);
    await this.leave(true);
    await this.enter();
  }

  async settled(): Promise<void> {
    await until(() => this.ledger.unreceipted.length === 0, {
      what: () => `${this.name} waits for ${this.ledger.unreceipted.length} receipts`,
      timeoutMs: PATIENCE_MS,
    });
  }

  async leave(abruptly: boolean): Promise<void> {
    if (abruptly) this.#writer.drop();
    else this.#writer.leave();
    await this.#writer.disconnected();
  }

  async #typeUntil(receipts: number): Promise<void> {
    let received = 0;
    this.#writer.startTyping(() => {
      received += 1;
      this.#stage.did('receipts');
    });
    await until(() => received >= receipts, {
      what: () => `${this.name} has ${received} of ${receipts} receipts`,
      timeoutMs: PATIENCE_MS,
    });
  }
}
