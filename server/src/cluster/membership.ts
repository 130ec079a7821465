import type { Announcement, UnreadSpeaker } from './announcement.ts';
import type { ClusterFile } from './cluster-file.ts';
import type { Owed } from './inheritance.ts';
import { EMPTY_ROLL, enrol, isMember, membersOf, type Roll, strike, uniteRolls } from './roll.ts';

/** What this node knew when it ended. */
export interface Remembered {
  /** What was heard of others. */
  readonly heard: readonly Announcement[];
  /** Those of whom something later was heard that could not be read. */
  readonly unread: readonly UnreadSpeaker[];
  readonly owed: readonly Owed[];
}

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

  /**
   * Resolves once this process is noted, too: nothing that it writes may be lost sight of by the next.
   *
   * @param incarnation of this process
   * @param held the incarnations of which something is held here
   * @throws {ClusterFileError}
   */
  async load(incarnation: string, held: Iterable<string>): Promise<Remembered> {
    const record = await this.#file.read();
    this.#node = record?.node ?? this.#randomId();
    this.#generation = (record?.generation ?? 0) + 1;
    this.#isFormed = record?.isFormed ?? false;
    const roll = { members: new Set(record?.members ?? []), forgotten: new Set(record?.forgotten ?? []) };
    this.#roll = enrol(uniteRolls(EMPTY_ROLL, roll), this.#node);
    const remembered = {
      heard: record?.heard ?? [],
      unread: record?.unread ?? [],
      owed: record?.owed ?? [...held].map((each) => ({ incarnation: each, after: 0, isOwn: false })),
    };
    const others = remembered.owed.filter((owed) => owed.incarnation !== incarnation);
    await this.save({ ...remembered, owed: [...others, { incarnation, after: 0, isOwn: true }] });
    return { ...remembered, owed: others };
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
  save({ heard, unread, owed }: Remembered): Promise<void> {
    const write = (): Promise<void> =>
      this.#file.write({
        node: this.#node,
        generation: this.#generation,
        isFormed: this.#isFormed,
        members: [...this.#roll.members],
        forgotten: [...this.#roll.forgotten],
        heard,
        unread,
        owed,
      });
    // One after the other; one that failed does not stop the next.
    const saved = this.#saving.then(write, write);
    this.#saving = saved.catch(() => {});
    return saved;
  }
}
