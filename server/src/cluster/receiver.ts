import type { Entry } from '@quire/persistence';
import type { Logger } from '../observability/log.ts';
import type { Adopter } from './adopter.ts';
import { decodeEntries, isUnknownVersion, RecordError } from './entry-record.ts';
import type { ReplicationMeters } from './meters.ts';

export interface ReceiverOptions {
  readonly adopter: Adopter;
  readonly log: Logger;
  readonly meters: ReplicationMeters;
  /** An entry that another incarnation put on the bus: it holds everything of its own up to there. */
  readonly onSeen: (from: string, upTo: number) => void;
  readonly onAdopted: () => void;
  /** A record that only a later release reads. */
  readonly onUnreadable: () => void;
  readonly onError: (error: unknown) => void;
}

/** Takes what the bus brings. Never rejects: what can't be taken shows as missing, and is pulled. */
export class Receiver {
  readonly #options: ReceiverOptions;
  /** A node that keeps sending what can't be read is spoken of once. */
  readonly #told = new Set<string>();

  constructor(options: ReceiverOptions) {
    this.#options = options;
  }

  async take(from: string, records: readonly Uint8Array[]): Promise<void> {
    const entries = records.flatMap((record) => this.#read(from, record));
    const own = entries.findLast(({ id }) => id.incarnation === from);
    if (own !== undefined) this.#options.onSeen(from, own.id.sequence);
    try {
      const adopted = await this.#options.adopter.adopt(entries);
      this.#options.meters.entriesMoved('received', adopted);
      if (adopted > 0) this.#options.onAdopted();
    } catch (error) {
      this.#options.onError(error);
    }
  }

  #read(from: string, record: Uint8Array): Entry[] {
    try {
      return decodeEntries(record);
    } catch (error) {
      if (!(error instanceof RecordError)) throw error;
      this.#options.meters.recordRefused(error.fault);
      if (isUnknownVersion(error)) this.#options.onUnreadable();
      const key = `${from} ${error.fault}`;
      if (!this.#told.has(key) && this.#told.size < 1_000) {
        this.#told.add(key);
        this.#options.log.warn(
          { err: error, incarnation: from },
          'A record can not be read: its entries are pulled instead',
        );
      }
      return [];
    }
  }
}
