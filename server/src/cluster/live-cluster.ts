import { randomBytes } from 'node:crypto';
import type { DocumentStore, Entry, EntryId, Holdings } from '@quire/persistence';
import type { Clock } from '../clock.ts';
import { alone, type Replication, type RoomLink, type SharedRoom } from '../collab/replication.ts';
import type { Logger } from '../observability/log.ts';
import { Adopter } from './adopter.ts';
import { type Announcement, encodeAnnouncement, type UnreadSpeaker } from './announcement.ts';
import { Announcer } from './announcer.ts';
import { Attendance } from './attendance.ts';
import { BusExchange } from './bus-exchange.ts';
import type { Cluster, NodeReport, ReceiptPolicy, ReplicatedDocuments } from './cluster.ts';
import type { BusStatus, ClusterBus } from './cluster-bus.ts';
import type { ClusterFile } from './cluster-file.ts';
import { CommonTime } from './common-time.ts';
import { Ears } from './ears.ts';
import { missingOf, Patience } from './gaps.ts';
import { Inheritance } from './inheritance.ts';
import { InheritancePublisher } from './inheritance-publisher.ts';
import { Membership, type Remembered } from './membership.ts';
import { noMeters, type ReplicationMeters } from './meters.ts';
import { reportNodes } from './nodes.ts';
import type { Asker, PeerLink, PeerStatus, Want } from './peer-link.ts';
import { Poller } from './poller.ts';
import { Publisher } from './publisher.ts';
import { Puller } from './puller.ts';
import { type MemberStanding, type Standing, unreadinessOf } from './readiness.ts';
import { Receipts } from './receipts.ts';
import { Receiver } from './receiver.ts';
import { isTooLargeForBus, RECORD_BYTES } from './record-size.ts';
import { Retention } from './retention.ts';
import { Reunion } from './reunion.ts';
import { MOST_FORGOTTEN } from './roll.ts';
import { serveEntries } from './serve-entries.ts';
import { contiguousEnd, countHoldings, intersectHoldings, NO_SPANS, uniteInto, uniteSpans } from './spans.ts';
import { Strangers } from './strangers.ts';
import { fullWord, tellWord } from './told-word.ts';
import { findUnreadNodes, type UnreadNode } from './unread-nodes.ts';
import { UnreadRecords } from './unread-records.ts';
import { type Heard, isComplete, Watch } from './watch.ts';

const BEAT_MS = 1_000;
/** After an answer there may be more to ask for; what comes within is looked at once. */
const LOOK_AGAIN_MS = 10;
const SAVE_EVERY_MS = 30_000;
/** A node that is silent on the bus may be alive and cut off from it. */
const LONGEST_REST_MS = 10_000;
/** While the bus is away, asking is the only way. */
const SHORT_REST_MS = 2_000;
const LAST_WORDS_MS = 2_000;
const NOTHING: Holdings = new Map();

export interface ClusterSettings {
  /** How many nodes the first start of the cluster waits for. */
  readonly expectedNodes: number;
  readonly receipts: ReceiptPolicy;
  /** A Redis that is connected and does not answer holds a receipt for so long. */
  readonly receiptPatienceMs: number;
}

export interface ClusterRooms {
  join(document: string, room: SharedRoom): RoomLink;
  /** An incarnation is gone, and its people with it. */
  lose(incarnation: string): void;
  /** One that was lost is heard again. */
  seek(incarnation: string): void;
  close(): void;
}

export interface LiveClusterOptions {
  readonly store: DocumentStore;
  /** Goes by the store's incarnation, not by the node's id: no two processes ever have the same. The cluster closes it. */
  readonly bus: ClusterBus;
  readonly peers: PeerLink;
  readonly clock: Clock;
  readonly log: Logger;
  readonly file: ClusterFile;
  /** How other nodes reach this one. */
  readonly address: string;
  readonly release: string;
  readonly settings: ClusterSettings;
  readonly rooms?: ClusterRooms;
  readonly meters?: ReplicationMeters;
  /** 16 lower-case hexadecimal digits. */
  readonly randomId?: () => string;
  /** So many entries make a record on the bus at the most. */
  readonly recordEntries?: number;
}

export interface LiveCluster extends Cluster {
  commonTime(): number;
  /** How far the clock of this node is ahead of that of the bus, or below zero behind it; null while that is not known. */
  readonly clockSkewMs: number | null;
  /** What is on this disk and not on the bus, and how long the oldest of it has waited. */
  readonly unpublished: { readonly entries: number; readonly oldestMs: number };
  /** Entries whose receipts wait for the bus or for other nodes, and how long the oldest of them has. */
  readonly unreceipted: { readonly entries: number; readonly oldestMs: number };
}

export function createCluster(options: LiveClusterOptions): LiveCluster {
  return new LiveNode(options);
}

type Life = 'new' | 'taking-part' | 'leaving';

class LiveNode implements LiveCluster {
  readonly #options: LiveClusterOptions;
  readonly #meters: ReplicationMeters;
  readonly #membership: Membership;
  readonly #watch: Watch;
  readonly #strangers: Strangers;
  readonly #announcer: Announcer;
  readonly #adopter: Adopter;
  readonly #receiver: Receiver;
  readonly #publisher: Publisher;
  readonly #receipts: Receipts;
  /** Begins with the start, when it is known what it is. */
  #inheritance: Inheritance | null = null;
  #inheritancePublisher: InheritancePublisher | null = null;
  readonly #retention: Retention;
  readonly #ears: Ears;
  readonly #time: CommonTime;
  readonly #exchange: BusExchange;
  readonly #reunion: Reunion;
  readonly #unread: UnreadRecords;
  readonly #puller: Puller;
  readonly #poller: Poller;
  readonly #patience = new Patience();
  readonly #attendance: Attendance;
  /** Since when the bus is connected; null while it is not. */
  #onBusSince: number | null = null;
  readonly #disposers: (() => void)[] = [];
  #life: Life = 'new';
  #unreadiness: string | null = 'this node has not joined its cluster yet';
  readonly #caughtUp = Promise.withResolvers<void>();
  #isSomebodyIncomplete = false;
  #savedAt = 0;
  /** Of whom it is on disk, or on its way there, that they can't be read. */
  #savedUnread = '';
  #cancelLook: (() => void) | null = null;

  constructor(options: LiveClusterOptions) {
    const { store, bus, peers, clock, log, file, address, release, settings, recordEntries } = options;
    const meters = options.meters ?? noMeters;
    const onError = (error: unknown): void => log.error({ err: error }, 'Replication failed, and goes on');
    this.#options = options;
    this.#meters = meters;
    this.#membership = new Membership(file, options.randomId ?? (() => randomBytes(8).toString('hex')));
    this.#watch = new Watch(clock);
    this.#strangers = new Strangers(clock);
    this.#unread = new UnreadRecords(clock);
    this.#adopter = new Adopter({ store, clock, log, meters });
    this.#announcer = new Announcer({
      store,
      membership: this.#membership,
      clock,
      address,
      release,
      refused: () => this.#adopter.refused,
    });
    this.#receiver = new Receiver({
      adopter: this.#adopter,
      log,
      meters,
      onSeen: (from, upTo) => this.#sawOnBus(from, upTo),
      onAdopted: () => this.#lookAgainIfUnready(),
      onUnreadable: () => this.#unread.met(),
      onError,
    });
    this.#receipts = new Receipts({
      incarnation: store.incarnation,
      policy: settings.receipts,
      clock,
      meters,
      patienceMs: settings.receiptPatienceMs,
      isBusConnected: () => bus.status.state === 'connected',
    });
    this.#publisher = new Publisher({
      store,
      bus,
      clock,
      meters,
      onPublished: (upTo) => this.#receipts.published(upTo),
      onTooLarge: (sequence) => this.#receipts.tooLarge(sequence),
      onError,
      ...(recordEntries === undefined ? {} : { recordEntries }),
    });
    this.#retention = new Retention(store);
    this.#attendance = new Attendance({
      watch: this.#watch,
      strangers: this.#strangers,
      membership: this.#membership,
      clock,
      onBusSince: () => this.#onBusSince,
      onMet: (incarnation) => options.rooms?.seek(incarnation),
      onLost: (incarnation) => options.rooms?.lose(incarnation),
    });
    this.#ears = new Ears({
      store,
      watch: this.#watch,
      strangers: this.#strangers,
      membership: this.#membership,
      announcer: this.#announcer,
      log,
      onRollChanged: () => void this.#save().catch((error) => this.#fail(error)),
    });
    this.#time = new CommonTime(clock);
    this.#exchange = new BusExchange({
      bus,
      time: this.#time,
      watch: this.#watch,
      ears: this.#ears,
      log,
      word: () => this.#word(),
      take: (from, records) => this.#receiver.take(from, records),
      onHeard: () => this.#look(),
    });
    this.#reunion = new Reunion({
      clock,
      watch: this.#watch,
      others: () => this.#membership.others,
      hasReadBus: () => this.#exchange.hasReadSince,
    });
    this.#puller = new Puller({
      peers,
      adopter: this.#adopter,
      clock,
      log,
      meters,
      onAdopted: () => this.#lookAgain(),
      onUnreadable: () => this.#unread.met(),
      onError,
    });
    this.#poller = new Poller({
      peers,
      self: () => ({ node: this.#membership.node, address }),
      clock,
      log,
      onStatus: (node, status) => this.#heardDirectly(node, status),
      onLater: (node) => this.#strangers.answered(node, null, 'later'),
    });
  }

  attach(documents: ReplicatedDocuments): void {
    this.#adopter.attach(documents);
  }

  async start(): Promise<void> {
    const { store, bus, clock } = this.#options;
    const held = store.holdings();
    const stored = contiguousEnd(held.get(store.incarnation));
    this.#receipts.storedBefore(stored);
    this.#publisher.begin(stored);
    this.#disposers.push(
      store.onWriting((entries) => this.#publisher.add(sayable(entries))),
      store.onStored((entries) => {
        this.#receipts.stored(entries);
        this.#publisher.noteStored(entries);
      }),
    );
    const remembered = await this.#membership.load(store.incarnation, held.keys());
    this.#inherit(held, remembered);
    for (const announcement of remembered.heard) this.#ears.hear(announcement, 'told');
    for (const unread of remembered.unread) this.#ears.remember(unread);
    this.#life = 'taking-part';
    bus.onRecords((from, records) => this.#receiver.take(from, records));
    this.#disposers.push(
      bus.onStatus((status) => this.#busIs(status)),
      clock.every(BEAT_MS, () => this.#beat()),
    );
    this.#savedAt = clock.monotonicMs();
    bus.open();
    this.#beat();
  }

  #inherit(held: Holdings, { owed }: Remembered): void {
    const { store, bus, settings, log, recordEntries } = this.#options;
    const inheritance = new Inheritance(held, owed, settings.receipts);
    this.#inheritance = inheritance;
    this.#inheritancePublisher = new InheritancePublisher(inheritance, {
      store,
      bus,
      meters: this.#meters,
      onPublished: () => this.#settleInheritance(),
      onError: (err) => log.error({ err }, 'What was left to publish can not be read, and waits for others to pull it'),
      ...(recordEntries === undefined ? {} : { recordEntries }),
    });
    this.#settleInheritance();
  }

  #settleInheritance(): void {
    if (this.#inheritance?.isHeld === true) this.#receipts.inheritedIsHeld();
  }

  get unreadiness(): string | null {
    return this.#unreadiness;
  }

  get caughtUp(): Promise<void> {
    return this.#caughtUp.promise;
  }

  get nodes(): readonly NodeReport[] {
    const { store, address, release } = this.#options;
    const own = {
      node: this.#membership.node,
      incarnation: store.incarnation,
      address,
      release,
      isReady: this.#unreadiness === null,
      holdings: store.holdings(),
    };
    return reportNodes(own, this.#membership.others, this.#watch, this.#unreadNodes);
  }

  get unpublished(): { readonly entries: number; readonly oldestMs: number } {
    return this.#publisher.backlog;
  }

  get unreceipted(): { readonly entries: number; readonly oldestMs: number } {
    return this.#receipts.backlog;
  }

  get clockSkewMs(): number | null {
    return this.#time.skewMs;
  }

  commonTime(): number {
    return this.#time.now();
  }

  acknowledged(id: EntryId): Promise<void> | null {
    return this.#receipts.acknowledged(id);
  }

  acknowledgedSoFar(document: string): Promise<void> | null {
    return this.#receipts.acknowledgedSoFar(document);
  }

  get knowsAllNames(): boolean {
    const hasUnread = this.#unread.areOwed || this.#strangers.isAnyAlive;
    return this.#unreadiness === null && this.#reunion.isOver && !hasUnread;
  }

  join(document: string, room: SharedRoom): ReturnType<Replication['join']> {
    return (this.#options.rooms ?? alone).join(document, room);
  }

  async forget(node: string): Promise<boolean> {
    if (!this.#membership.isMember(node)) return false;
    const heard = this.#watch.current(node);
    const isUnreadAlive = this.#unreadNodes.some((unread) => unread.node === node && unread.isAlive);
    if (node === this.#membership.node || isUnreadAlive || (heard !== null && this.#watch.isAlive(heard))) {
      throw new Error(`Node ${node} is alive: stop it before it is forgotten`);
    }
    if (this.#membership.roll.forgotten.size >= MOST_FORGOTTEN) {
      throw new Error(
        `This cluster remembers ${MOST_FORGOTTEN} nodes that it has forgotten, and has no room for more: stop all its nodes once ` +
          'none is missing anything, remove cluster.json from each data directory, empty Redis, and start them',
      );
    }
    this.#membership.strike(node);
    this.#poller.forget(node);
    await this.#save();
    this.#prune();
    await this.#exchange.run();
    this.#look();
    return true;
  }

  status(asker: Asker | null): PeerStatus {
    if (asker !== null) this.#askBack(asker);
    const holdings = this.#options.store.holdings();
    const heard = new Map<string, Uint8Array>();
    for (const node of this.#membership.others) {
      const current = this.#watch.current(node);
      const word = current === null ? null : tellWord(current, holdings);
      if (word !== null) heard.set(node, word);
    }
    return { announcement: encodeAnnouncement(this.#word()), holdings, heard };
  }

  /** It came back where nobody looks for it, which over the bus it would have said. */
  #askBack(asker: Asker): void {
    const { node, address } = asker;
    const isOther = node !== this.#membership.node && this.#membership.isMember(node);
    if (this.#life !== 'taking-part' || !isOther || address === '') return;
    if (this.#watch.current(node)?.announcement.address !== address) this.#poller.ask(asker, SHORT_REST_MS);
  }

  async entries(wants: readonly Want[], maxBytes: number): Promise<readonly Entry[]> {
    const entries = await serveEntries(this.#options.store, wants, maxBytes);
    this.#meters.entriesMoved('served', entries.length);
    return entries;
  }

  async close(): Promise<void> {
    if (this.#life === 'leaving') return;
    const hadPart = this.#life === 'taking-part';
    this.#life = 'leaving';
    this.#cancelLook?.();
    for (const dispose of this.#disposers.splice(0)) dispose();
    this.#exchange.close();
    this.#poller.close();
    this.#puller.close();
    this.#adopter.close();
    if (hadPart) await this.#sayFarewell();
    this.#publisher.close();
    this.#inheritancePublisher?.close();
    this.#receipts.close();
    this.#options.rooms?.close();
    if (hadPart) await this.#save().catch((error) => this.#fail(error));
    await this.#options.bus.close();
  }

  get #isBusConnected(): boolean {
    return this.#options.bus.status.state === 'connected';
  }

  async #sayFarewell(): Promise<void> {
    const { promise: late, resolve } = Promise.withResolvers<void>();
    const cancel = this.#options.clock.after(LAST_WORDS_MS, resolve);
    const words = async (): Promise<void> => {
      await this.#publisher.drained();
      if (this.#isBusConnected) await this.#options.bus.announce(encodeAnnouncement(this.#word()));
    };
    // What could not be published is in the journal; its numbers are missed when this node is back.
    await Promise.race([words().catch(() => {}), late]);
    cancel();
  }

  #busIs(status: BusStatus): void {
    const isConnected = status.state === 'connected';
    this.#onBusSince = isConnected ? (this.#onBusSince ?? this.#options.clock.monotonicMs()) : null;
    switch (status.state) {
      case 'connected':
        this.#publisher.run();
        this.#beat();
        break;
      case 'away':
      case 'closed':
        this.#receipts.busIsAway();
        this.#exchange.busIsAway();
        this.#reunion.busIsAway();
        break;
      case 'connecting':
        break;
    }
  }

  #beat(): void {
    if (this.#life !== 'taking-part') return;
    void this.#exchange.run();
    this.#inheritancePublisher?.run();
    this.#askDirectly();
    this.#prune();
    this.#look(true);
    if (this.#options.clock.monotonicMs() - this.#savedAt >= SAVE_EVERY_MS) {
      void this.#save().catch((error) => this.#fail(error));
    }
  }

  #heardDirectly(node: string, status: PeerStatus): boolean {
    const isRightNode = this.#ears.hearStatus(node, status);
    this.#look();
    return isRightNode;
  }

  /** A record of its own entries says more than its last announcement. */
  #sawOnBus(from: string, upTo: number): void {
    const heard = this.#watch.get(from);
    if (heard === undefined || contiguousEnd(heard.holdings.get(from)) >= upTo) return;
    uniteInto(heard.holdings, new Map([[from, [{ first: 1, last: upTo }]]]));
  }

  #askDirectly(): void {
    const isAway = !this.#isBusConnected;
    for (const node of this.#membership.others) {
      const heard = this.#watch.current(node);
      if (heard === null || heard.announcement.address === '') continue;
      if (!isAway && this.#watch.isOnBus(heard) && isComplete(heard)) continue;
      this.#poller.ask({ node, address: heard.announcement.address }, isAway ? SHORT_REST_MS : LONGEST_REST_MS);
    }
  }

  /** Compares what there is with what is here, and does what follows from it. */
  #look(isBeat = false): void {
    if (this.#life !== 'taking-part') return;
    this.#mindIdentity();
    this.#attendance.note();
    this.#mindUnread();
    const claims = this.#watch.claims(this.#membership.others);
    const missing = this.#missingOf(claims);
    this.#isSomebodyIncomplete = claims.some((heard) => this.#watch.isAlive(heard) && !isComplete(heard));
    this.#unread.look(missing.size === 0);
    this.#pull(missing, claims, isBeat);
    this.#judgeReadiness(missing, claims);
    this.#compareCoverage();
    this.#reunion.look(() => this.#missingWithLiving(claims));
  }

  #missingWithLiving(claims: readonly Heard[]): Holdings {
    return this.#missingOf(claims.filter((heard) => this.#watch.isAlive(heard)));
  }

  #missingOf(claims: readonly Heard[]): Holdings {
    const { store } = this.#options;
    const missing = missingOf(
      claims.map(({ holdings }) => holdings),
      store.holdings(),
      this.#adopter.refused,
    );
    // What others have of its own and it does not is on its way to its disk.
    missing.delete(store.incarnation);
    return missing;
  }

  #pull(missing: Holdings, claims: readonly Heard[], isBeat: boolean): void {
    const outlasted = this.#patience.due(missing, isBeat);
    // Only what may come over the bus is worth waiting for.
    const due = this.#unreadiness !== null || !this.#isBusConnected ? missing : outlasted;
    if (this.#options.store.status.state !== 'ready') return;
    const sources = claims
      .filter((heard) => this.#watch.isAlive(heard) && heard.announcement.address !== '')
      .map(({ announcement: { incarnation, address }, holdings }) => ({ incarnation, address, holdings }));
    this.#puller.pull(due, sources);
  }

  #compareCoverage(): void {
    const { incarnation } = this.#options.store;
    const others = this.#membership.others.map((node) => this.#watch.current(node));
    const holdings = others.map((heard) => heard?.holdings ?? NOTHING);
    const covered = holdings.map((each) => each.get(incarnation) ?? NO_SPANS);
    this.#receipts.covered(covered);
    const refused = others.map((heard) => heard?.announcement.refused.get(incarnation) ?? NO_SPANS);
    this.#retention.update(covered.map((spans, at) => uniteSpans(spans, refused[at] ?? NO_SPANS)));
    // Before its cluster was complete once, a node may have nobody to hold anything for the moment.
    if (this.#membership.isFormed) this.#inheritance?.heldBy(holdings);
    this.#settleInheritance();
  }

  #judgeReadiness(missing: Holdings, claims: readonly Heard[]): void {
    if (this.#unreadiness === null) return;
    const unreadiness = unreadinessOf(this.#standing(missing, claims));
    this.#unreadiness = unreadiness;
    if (unreadiness !== null) return;
    this.#options.log.info({ node: this.#membership.node }, 'This node has everything that its cluster holds');
    if (this.#isBusConnected) this.#reunion.end();
    this.#membership.form();
    this.#caughtUp.resolve();
    void this.#save().catch((error) => this.#fail(error));
    void this.#exchange.run();
  }

  #standing(missing: Holdings, claims: readonly Heard[]): Standing {
    return {
      isFormed: this.#membership.isFormed,
      expectedNodes: this.#options.settings.expectedNodes,
      bus: this.#exchange.standing(this.#membership.isFormed),
      isUndecided: this.#watch.isUndecided || this.#strangers.isUndecided,
      others: this.#membership.others.map((node) => this.#standingOf(node)),
      unread: this.#unreadNodes,
      missingEntries: countHoldings(missing),
      areUnreadable: this.#unread.areOwed,
      silentHolders: this.#silentHolders(missing, claims),
    };
  }

  /** Who can't compare with somebody has to know so after a restart too, whatever became of Redis (R12). */
  #mindUnread(): void {
    const unread = unreadMark(this.#unreadMembers);
    if (unread !== this.#savedUnread) void this.#save().catch((error) => this.#fail(error));
  }

  get #unreadMembers(): readonly UnreadNode[] {
    return this.#unreadNodes.filter(({ node }) => this.#membership.isMember(node));
  }

  get #unreadNodes(): readonly UnreadNode[] {
    return findUnreadNodes(this.#strangers.all, this.#membership.others, this.#watch);
  }

  #silentHolders(missing: Holdings, claims: readonly Heard[]): string[] {
    const holders = claims.filter(({ holdings }) => intersectHoldings(missing, holdings).size > 0);
    if (holders.some((heard) => this.#watch.isAlive(heard))) return [];
    return [...new Set(holders.map(({ announcement }) => announcement.node))];
  }

  #standingOf(node: string): MemberStanding {
    const heard = this.#watch.current(node);
    if (heard === null) return { node, knowledge: 'unknown', isTried: false };
    const { address } = heard.announcement;
    const isTried = address === '' || this.#poller.failures({ node, address }) > 0;
    if (!this.#watch.isAlive(heard)) return { node, knowledge: 'last-heard', isTried };
    const isKnown = heard.isFresh && isComplete(heard);
    return { node, knowledge: isKnown ? 'complete' : 'incomplete', isTried };
  }

  /** An id must belong to one node, and never to one that was forgotten. */
  #mindIdentity(): void {
    const { store, log } = this.#options;
    const { node } = this.#membership;
    const clone = this.#watch.clone(node);
    if (!this.#membership.isMember(node)) {
      this.#membership.drawNewId();
      log.warn(
        { former: node, node: this.#membership.node },
        'This node had been forgotten, and goes on under a new id',
      );
    } else if (clone !== null && store.incarnation < clone.announcement.incarnation) {
      this.#membership.drawNewId();
      const { address } = clone.announcement;
      log.warn(
        { former: node, node: this.#membership.node, address },
        'Another node runs from a copy of this data directory: this one goes on under a new id',
      );
    } else if (clone !== null || !this.#membership.outgrow(this.#watch.highestGeneration(node))) {
      return;
    }
    void this.#save().catch((error) => this.#fail(error));
  }

  #prune(): void {
    for (const incarnation of this.#watch.prune((node) => this.#membership.isMember(node))) {
      this.#attendance.lose(incarnation);
      if (this.#isBusConnected) this.#options.bus.erase(incarnation).catch(() => {});
    }
  }

  #lookAgainIfUnready(): void {
    if (this.#unreadiness !== null) this.#lookAgain();
  }

  #lookAgain(): void {
    if (this.#life !== 'taking-part') return;
    this.#cancelLook ??= this.#options.clock.after(LOOK_AGAIN_MS, () => {
      this.#cancelLook = null;
      this.#look();
    });
  }

  #word(): Announcement {
    return this.#announcer.next(this.#wordState(), this.#isSomebodyIncomplete);
  }

  #wordState(): Announcement['state'] {
    if (this.#life === 'leaving') return 'leaving';
    return this.#unreadiness === null ? 'ready' : 'catching-up';
  }

  #save(): Promise<void> {
    this.#savedAt = this.#options.clock.monotonicMs();
    const heard = this.#membership.others.flatMap((node) => {
      const current = this.#watch.current(node);
      return current === null ? [] : [fullWord(current)];
    });
    const unread = this.#unreadMembers;
    this.#savedUnread = unreadMark(unread);
    const own = { incarnation: this.#options.store.incarnation, after: this.#receipts.safeUpTo, isOwn: true };
    return this.#membership.save({
      heard,
      unread: unread.map(speakerOf),
      owed: [...(this.#inheritance?.owed ?? []), own],
    });
  }

  #fail(error: unknown): void {
    this.#options.log.error({ err: error }, 'What is known of the cluster can not be saved; it is tried again');
  }
}

/**
 * What may be at other nodes before it is on the disk here. That a document was deleted is not said before it is: who asked for it
 * may have been told that it failed. And whoever has a number from the bus takes all before it for stored, which what is left
 * to pulling would not be if the power went.
 */
function sayable(entries: readonly Entry[]): readonly Entry[] {
  const end = entries.findIndex((entry) => entry.updates.length === 0 || isTooLargeForBus(entry, RECORD_BYTES));
  return end < 0 ? entries : entries.slice(0, end);
}

function speakerOf({ node, generation, address, release, fault }: UnreadNode): UnreadSpeaker {
  return { node, generation, address, release, fault };
}

function unreadMark(unread: readonly UnreadNode[]): string {
  return unread.map(({ node, generation }) => `${node}/${generation}`).join(' ');
}
