import type { Announcement } from './announcement.ts';
import type { ClusterFile } from './cluster-file.ts';
import { EMPTY_ROLL, enrol, isMember, membersOf, type Roll, strike, uniteRolls } from './roll.ts';

/** Who this node is, and who belongs to its cluster: in memory, and in a file. */
export class Membership {
  readonly #file: ClusterFile;
  readonly #randomId: () => string;
  #node = '';
  #generation = 1;
  #isFormed = false;
  #roll: Roll = EMPTY_ROLL;
  #saving: Promise<void> = Promise.resolve();

  /** @param randomId 16 lower-case hexadecimal digits */
  constructor(file: ClusterFile, randomId: () => string) {
    this.#file = file;
    this.#randomId = randomId;
  }

  get node(): string {
    return this.#node;
  }

  get generation(): number {
    return this.#generation;
  }

  get isFormed(): boolean {
    return this.#isFormed;
  }

  get roll(): Roll {
    return this.#roll;
  }

  get others(): string[] {
    return membersOf(this.#roll).filter((node) => node !== this.#node);
  }

  isMember(node: string): boolean {
    return isMember(this.#roll, node);
  }

  /** @returns what the file says of others @throws {ClusterFileError} */
  async load(): Promise<readonly Announcement[]> {
    const record = await this.#file.read();
    this.#node = record?.node ?? this.#randomId();
    this.#generation = (record?.generation ?? 0) + 1;
    this.#isFormed = record?.isFormed ?? false;
    const roll = { members: new Set(record?.members ?? []), forgotten: new Set(record?.forgotten ?? []) };
    this.#roll = enrol(roll, this.#node);
    const heard = record?.heard ?? [];
    await this.save(heard);
    return heard;
  }

  /** @returns whether anything was new */
  learn(roll: Roll): boolean {
    const united = uniteRolls(this.#roll, roll);
    const isNew = united !== this.#roll;
    this.#roll = united;
    return isNew;
  }

  strike(node: string): void {
    this.#roll = strike(this.#roll, node);
  }

  form(): void {
    this.#isFormed = true;
  }

  /** Somebody has borne this id with a generation that is no lower. @returns whether this one's moved */
  outgrow(generation: number): boolean {
    if (generation < this.#generation) return false;
    this.#generation = generation + 1;
    return true;
  }

  /** Goes on as another node. */
  drawNewId(): void {
    this.#node = this.#randomId();
    this.#roll = enrol(this.#roll, this.#node);
  }

  /** Resolves once what is so now is on disk. */
  save(heard: readonly Announcement[]): Promise<void> {
    const write = (): Promise<void> =>
      this.#file.write({
        node: this.#node,
        generation: this.#generation,
        isFormed: this.#isFormed,
        members: [...this.#roll.members],
        forgotten: [...this.#roll.forgotten],
        heard,
      });
    // One after the other; one that failed does not stop the next.
    const saved = this.#saving.then(write, write);
    this.#saving = saved.catch(() => {});
    return saved;
  }
}
