import { type EntryDraft, type EntryId, MemoryStore } from '@quire/persistence';
import { closeCodes, type DocumentName } from '@quire/protocol';
import * as fc from 'fast-check';
import { pino } from 'pino';
import { expect, it } from 'vitest';
import * as Y from 'yjs';
import { systemClock } from '../clock.ts';
import { storedText } from '../testing/gateway-stage.ts';
import { HeldReplication, linkNodes } from '../testing/linked-nodes.ts';
import { openGuard } from '../testing/open-guard.ts';
import { Page } from '../testing/page.ts';
import { testLimits } from '../testing/start-gateway.ts';
import { type Collaboration, createCollaboration } from './collaboration.ts';
import { nameEpoch } from './former-lives.ts';

const name = 'plan' as DocumentName;
const NODES = 3;
const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

function lettersIn(update: Uint8Array): string[] {
  const letters: string[] = [];
  for (const { content } of Y.decodeUpdate(update).structs.filter((struct) => struct instanceof Y.Item)) {
    if (content instanceof Y.ContentString) letters.push(...content.str);
  }
  return letters;
}

/** Which letters were journalled, in which lives and under which numbers. Every letter is typed once. */
class Ledger {
  readonly lives = new Map<string, Set<string>>();
  readonly ids = new Map<string, EntryId[]>();

  note({ epoch, updates }: EntryDraft, id: EntryId): void {
    for (const letter of updates.flatMap(({ update }) => lettersIn(update))) {
      this.lives.set(letter, (this.lives.get(letter) ?? new Set()).add(nameEpoch(epoch)));
      this.ids.set(letter, [...(this.ids.get(letter) ?? []), id]);
    }
  }
}

class TellingStore extends MemoryStore {
  readonly #ledger: Ledger;

  constructor(ledger: Ledger) {
    super();
    this.#ledger = ledger;
  }

  override async append(draft: EntryDraft): Promise<EntryId> {
    const id = await super.append(draft);
    this.#ledger.note(draft, id);
    return id;
  }
}

interface Node {
  readonly store: TellingStore;
  readonly collaboration: Collaboration;
  readonly replication: HeldReplication;
  /** What other nodes were told to have. */
  readonly acknowledged: Set<string>;
}

function startNode(ledger: Ledger): Node {
  const store = new TellingStore(ledger);
  const replication = new HeldReplication();
  replication.holds = true;
  const collaboration = createCollaboration({
    store,
    replication,
    guard: openGuard,
    log: pino({ level: 'silent' }),
    clock: systemClock,
    limits: testLimits,
    maxJournalQueueBytes: 2 ** 26,
    extensions: [],
  });
  return { store, collaboration, replication, acknowledged: new Set() };
}

const keyOf = ({ incarnation, sequence }: EntryId): string => `${incarnation}:${sequence}`;

function acknowledge({ acknowledged, replication }: Node, which: (id: EntryId, index: number) => boolean): void {
  const had = replication.waiting.filter(which);
  for (const id of had) acknowledged.add(keyOf(id));
  replication.acknowledge((id) => had.includes(id));
}

/** Somebody with one copy of the document, who has it open on one node at a time. */
class Person {
  doc = new Y.Doc();
  page: Page | null = null;
  saved = new Set<string>();
  shown = new Set<string>();
  /** With which codes their connections were ended, one after the other. */
  readonly ends: string[] = [];
  readonly #saysLife: boolean;
  #epoch = '';
  #isGone = false;
  #awaiting: string[][] = [];

  constructor(saysLife: boolean) {
    this.#saysLife = saysLife;
  }

  get isIn(): boolean {
    return this.page?.port.isOpen === true && this.page.isIn;
  }

  goTo(node: Node, onSaved: (letters: readonly string[], node: Node) => void): void {
    this.leave();
    if (this.#isGone) this.startOver();
    const page = new Page(node.collaboration, name, {
      doc: this.doc,
      ...(this.#saysLife ? { epoch: this.doc.store.clients.size === 0 ? '' : this.#epoch } : {}),
    });
    page.onSent = (update) => void this.#awaiting.push(lettersIn(update));
    page.onSaved = () => {
      const letters = this.#awaiting.shift() ?? [];
      if (!this.#saysLife) return; // nobody else knows what a receipt is for (R2)
      for (const letter of letters) this.saved.add(letter);
      onSaved(letters, node);
    };
    this.page = page;
  }

  leave(): void {
    this.page?.leave();
    this.page = null;
    this.#awaiting = [];
  }

  /** A fresh page, for what is there now. */
  startOver(): void {
    this.leave();
    this.doc = new Y.Doc();
    this.shown = new Set();
    this.saved = new Set();
    this.#epoch = '';
    this.#isGone = false;
  }

  read(): void {
    const { page } = this;
    if (page === null) return;
    page.read();
    this.#epoch = page.epoch ?? '';
    for (const letter of this.doc.getText('body').toString()) this.shown.add(letter);
    const ended = page.ends.at(-1) ?? page.closedWith?.name ?? null;
    if (ended === null) return;
    const lasting: string[] = [closeCodes.documentDeleted.name, closeCodes.staleEpoch.name];
    expect([...lasting, closeCodes.loadFailed.name]).toContain(ended);
    this.#isGone = lasting.includes(ended);
    this.ends.push(ended);
    this.leave();
  }
}

const at = fc.nat(NODES - 1);
const who = fc.nat(3);
const step = fc.oneof(
  { weight: 8, arbitrary: fc.record({ do: fc.constant('type' as const), who }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('erase' as const), who }) },
  { weight: 4, arbitrary: fc.record({ do: fc.constant('go' as const), who, at }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('read' as const), who }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constantFrom('leave' as const, 'startOver' as const), who }) },
  { weight: 5, arbitrary: fc.record({ do: fc.constant('carry' as const), at, skip: fc.nat(2) }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('acknowledge' as const), at, skip: fc.nat(2) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('delete' as const), at }) },
  { weight: 4, arbitrary: fc.record({ do: fc.constant('wait' as const), turns: fc.integer({ min: 1, max: 4 }) }) },
);
type Step = typeof step extends fc.Arbitrary<infer T> ? T : never;

/** What runs must have seen to say anything. */
const seen = { typed: 0, saved: 0, deletions: 0, ends: 0, moves: 0, shown: 0 };

async function play(saysLife: boolean, steps: readonly Step[]): Promise<void> {
  const ledger = new Ledger();
  const nodes = Array.from({ length: NODES }, () => startNode(ledger));
  const links = linkNodes(nodes);
  const people = Array.from({ length: 4 }, () => new Person(saysLife));
  const underway: Promise<unknown>[] = [];
  let letters = 0;

  const isOn = async (node: Node, letter: string): Promise<boolean> => {
    for (const { incarnation, sequence } of ledger.ids.get(letter) ?? []) {
      const held = await node.store.entries({ incarnation, after: sequence - 1, upTo: sequence, limit: 1 });
      if (held.length > 0) return true;
    }
    return false;
  };
  /** G1: on another node, as far as this one was told; or on two disks, where it came from another node. */
  const checkSaved = async (saved: readonly string[], node: Node): Promise<void> => {
    for (const letter of saved) {
      const ids = ledger.ids.get(letter) ?? [];
      const isTold = ids.some((id) => nodes.some(({ acknowledged }) => acknowledged.has(keyOf(id))));
      const isForeign = ids.some(({ incarnation }) => incarnation !== node.store.incarnation);
      expect(isTold || (isForeign && (await isOn(node, letter))), `saved without being safe: ${letter}`).toBe(true);
      seen.saved += 1;
    }
  };
  /** Until everything has ended that was begun, and everybody has heard everything. */
  const settle = async (): Promise<void> => {
    const deadline = performance.now() + 20_000;
    let isOver = false;
    const over = Promise.all(underway.splice(0)).finally(() => {
      isOver = true;
    });
    for (let round = 0; round < 8 || !isOver; round += 1) {
      if (performance.now() > deadline) throw new Error('something never ends');
      for (const node of nodes) acknowledge(node, () => true);
      for (const person of people) person.read();
      await links.carryAll();
      await turn();
      await turn();
    }
    await over;
  };
  const enter = (person: Person, node: Node): void =>
    person.goTo(node, (saved, on) => {
      if (on.replication.holds) underway.push(checkSaved(saved, on));
    });

  const perform = async (action: Step): Promise<void> => {
    const person = people['who' in action ? action.who : 0] as Person;
    const node = nodes['at' in action ? action.at : 0] as Node;
    const body = person.doc.getText('body');
    switch (action.do) {
      case 'type':
        person.read();
        if (!person.isIn) return;
        body.insert(letters % (body.length + 1), String.fromCodePoint(0x4e00 + letters));
        letters += 1;
        seen.typed += 1;
        return;
      case 'erase':
        if (person.isIn && body.length > 0) body.delete(0, 1);
        return;
      case 'go':
        enter(person, node);
        seen.moves += 1;
        return;
      case 'read':
      case 'leave':
      case 'startOver':
        person[action.do]();
        return;
      case 'carry': {
        const some = links.waitingFor(node).filter((_, index) => index % (action.skip + 1) === action.skip);
        underway.push(links.carry(node, (entry) => some.includes(entry)));
        return;
      }
      case 'acknowledge':
        acknowledge(node, (_, index) => index % (action.skip + 1) === action.skip);
        return;
      case 'delete':
        underway.push(node.collaboration.delete(name).catch(() => {})); // there may be nothing to delete
        seen.deletions += 1;
        return;
      case 'wait':
        for (let left = action.turns; left > 0; left -= 1) await turn();
        return;
      default:
        action satisfies never;
    }
  };

  try {
    for (const [index, person] of people.entries()) enter(person, nodes[index % NODES] as Node);
    for (const action of steps) await perform(action);
    await settle();
    // Whoever comes now, wherever, sees the same, and can go on.
    const newcomers = nodes.map((node) => new Page(node.collaboration, name));
    const read = (): void => {
      for (const page of newcomers) page.read();
    };
    for (let left = 20; left > 0 && !newcomers.every(({ isIn }) => isIn); left -= 1) {
      await turn();
      read();
    }
    for (const page of newcomers) {
      page.type(String.fromCodePoint(0x4e00 + letters));
      letters += 1;
    }
    await settle();
    for (const node of nodes) {
      node.replication.holds = false;
      acknowledge(node, () => true);
    }
    // What one hears may have it say something: a step 2, or a title.
    for (let round = 0; round < 6; round += 1) {
      for (const { collaboration } of nodes) await collaboration.settled();
      await links.carryAll();
      for (const { collaboration } of nodes) await collaboration.settled();
      for (const person of people) person.read();
      read();
    }
    const texts = await Promise.all(nodes.map(({ store }) => storedText(store, name)));
    const lives = await Promise.all(nodes.map(({ store }) => store.load(name)));
    expect(new Set(lives.map((life) => (life === null ? null : nameEpoch(life.epoch)))).size).toBe(1);
    expect(new Set(texts).size).toBe(1);
    for (const page of newcomers) {
      expect([page.ends, page.closedWith]).toEqual([[], null]);
      expect(page.text).toBe(texts[0]);
      page.leave();
    }
    for (const person of people.filter(({ isIn }) => isIn)) {
      expect(person.doc.getText('body').toString()).toBe(texts[0]);
      seen.shown += person.shown.size;
    }
    if (saysLife) {
      for (const [letter, in_] of ledger.lives) expect(in_.size, `in two lives: ${letter}`).toBe(1);
      for (const { shown } of people) {
        const lived = new Set([...shown].flatMap((letter) => [...(ledger.lives.get(letter) ?? [])]));
        expect(lived.size, 'one page has shown two lives').toBeLessThanOrEqual(1);
      }
      const present = lives[0] === null || lives[0] === undefined ? '' : nameEpoch(lives[0].epoch);
      const journalled = new Set<string>();
      for (const { updates } of lives[0]?.entries ?? []) {
        for (const { update } of updates) for (const letter of lettersIn(update)) journalled.add(letter);
      }
      for (const letter of people.flatMap(({ saved }) => [...saved])) {
        expect(ledger.lives.has(letter), `saved and never stored: ${letter}`).toBe(true);
        if (ledger.lives.get(letter)?.has(present)) expect(journalled.has(letter)).toBe(true);
      }
    }
    for (const { ends } of people) seen.ends += ends.length;
  } finally {
    for (const person of people) person.leave();
    for (const node of nodes) {
      node.replication.holds = false;
      acknowledge(node, () => true);
    }
    await Promise.all(underway);
    links.close();
    for (const { collaboration, store } of nodes) {
      await collaboration.close();
      await store.close();
    }
  }
}

it('[R14] [G2] whatever people of three nodes do, and in whatever order these hear of it: no letter and no page is in two lives, nothing is called saved that is not safe, and all end with the same document', async () => {
  const runs = 150;
  const steps = fc.array(step, { minLength: 20, maxLength: 80 });
  await fc.assert(fc.asyncProperty(fc.boolean(), steps, play), { numRuns: runs });
  for (const [what, times] of Object.entries(seen)) expect(times, what).toBeGreaterThan(runs / 2);
}, 120_000);
