import { randomBytes } from 'node:crypto';
import { open, rm, stat } from 'node:fs/promises';

const CHUNK_BYTES = 1 << 20;

/**
 * Room on the disk that is kept for bad days. LevelDB needs some to open after the disk has filled up, because it
 * turns the log that it replays into a table before it deletes the log.
 */
export class ReserveFile {
  readonly #path: string;
  readonly #bytes: number;

  constructor(path: string, bytes: number) {
    this.#path = path;
    this.#bytes = bytes;
  }

  /** Nothing to do when it is whole already. Leaves no half behind: it would look like a reserve. */
  async ensure(): Promise<void> {
    if ((await this.#size()) === this.#bytes) return;
    try {
      const file = await open(this.#path, 'w');
      try {
        // Random, so that file systems that compress or leave holes set the room aside as well.
        const chunk = randomBytes(Math.min(CHUNK_BYTES, this.#bytes));
        for (let left = this.#bytes; left > 0; left -= chunk.byteLength) {
          await file.writeFile(chunk.subarray(0, Math.min(left, chunk.byteLength)));
        }
        await file.sync();
      } finally {
        await file.close();
      }
    } catch (error) {
      await this.free();
      throw error;
    }
  }

  async free(): Promise<void> {
    await rm(this.#path, { force: true });
  }

  async #size(): Promise<number> {
    try {
      return (await stat(this.#path)).size;
    } catch {
      // Absent or unreadable: either way there is no reserve yet.
      return -1;
    }
  }
}
