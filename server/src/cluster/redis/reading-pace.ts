/** So many bytes are asked for at once: whoever is on a narrow line is not kept from everything else by one answer. */
const BYTES_AT_ONCE = 2 * 1024 * 1024;
const RECORDS_AT_ONCE = 16;

/**
 * How many records to ask for: Redis counts them and not their bytes, and one may be some megabytes. It is one at first, and
 * then goes by the size of those that came last.
 */
export class ReadingPace {
  #records = 1;

  /** Of each stream. */
  get records(): number {
    return this.#records;
  }

  /** @param streams from which they came */
  took(records: readonly Uint8Array[], streams = 1): void {
    const bytes = records.reduce((sum, record) => sum + record.byteLength, 0);
    const fitting = bytes === 0 ? RECORDS_AT_ONCE : Math.floor((BYTES_AT_ONCE * records.length) / (bytes * streams));
    this.#records = Math.max(1, Math.min(fitting, RECORDS_AT_ONCE, 2 * this.#records));
  }

  missed(): void {
    this.#records = Math.ceil(this.#records / 2);
  }
}
