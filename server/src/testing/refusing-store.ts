import { type EntryDraft, type EntryId, type Epoch, MemoryStore } from '@quire/persistence';

/** A store whose disk refuses writes from one on that a test chooses, until it is mended. */
export class RefusingStore extends MemoryStore {
  #left = Number.POSITIVE_INFINITY;

  refuseAfter(writes: number): void {
    this.#left = writes;
  }

  mend(): void {
    this.#left = Number.POSITIVE_INFINITY;
    if (this.status.state === 'refusing') this.recover();
  }

  override async append(draft: EntryDraft): Promise<EntryId> {
    this.#spend();
    return super.append(draft);
  }

  override async delete(name: string, to?: Epoch): Promise<Epoch> {
    this.#spend();
    return super.delete(name, to);
  }

  #spend(): void {
    if (this.#left === 0 && this.status.state === 'ready') this.refuse();
    else this.#left -= 1;
  }
}
