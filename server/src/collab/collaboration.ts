import { Document, type Extension } from '@hocuspocus/server';
import { type DocumentStore, type Entry, FIRST_EPOCH, type LoadedDocument, PersistenceError } from '@quire/persistence';
import { closeCodes, type DocumentName, isDocumentName, type SessionInfo } from '@quire/protocol';
import { applyAwarenessUpdate } from 'y-protocols/awareness';
import * as Y from 'yjs';
import { AccessError, type Grant } from '../auth/authenticator.ts';
import type { Guard } from '../auth/guard.ts';
import { lasting, type Standing } from '../auth/standing.ts';
import type { Clock } from '../clock.ts';
import type { LoggedEvent } from '../events/event-log.ts';
import { EventRefused } from '../events/event-refused.ts';
import type { EventDraft } from '../events/event-room.ts';
import { EventRooms, type EventRoomsOptions } from '../events/event-rooms.ts';
import type { Logger } from '../observability/log.ts';
import type { CollabMeters } from '../observability/metrics/collab-meters.ts';
import { Seats } from '../seats.ts';
import type { Admission, AdmissionHost } from './admission.ts';
import { Adoption } from './adoption.ts';
import { createSlicing, type Slicing } from './apply-in-slices.ts';
import type { RingBudget } from './broadcast-ring.ts';
import { CollabSession } from './collab-session.ts';
import type { Storing } from './confirmation.ts';
import { DirectAdmission } from './direct-admission.ts';
import type { DocumentConnection } from './document-connection.ts';
import { DocumentDeletions } from './document-deletions.ts';
import { DocumentLoads, type HeldOwner, type Loaded } from './document-loads.ts';
import { DocumentOwner } from './document-owner.ts';
import { DocumentUnloads } from './document-unloads.ts';
import { EarlyAnswers } from './early-answers.ts';
import { createExtensionGate } from './extension-gate.ts';
import { type FlushTimer, systemFlushTimer } from './flush-window.ts';
import { nameLife } from './former-lives.ts';
import { GrantRenewals } from './grant-renewals.ts';
import { GrantWatch } from './grant-watch.ts';
import { HocuspocusAdmission, type HookContext } from './hocuspocus-admission.ts';
import { ingestServerEdit } from './ingest.ts';
import { type Bringer, type Brought, ingestBrought } from './ingest-brought.ts';
import { heapForJudging, type Judge, JudgementThread } from './judgement-thread.ts';
import { type ListedPeople, listPeople, listPeopleHere, NO_PEOPLE } from './listed-people.ts';
import { ListedSessions } from './listed-sessions.ts';
import { OpenDocuments } from './open-documents.ts';
import type { OwnerOptions } from './owner-options.ts';
import { hookNamesOf, QuireHocuspocus } from './quire-hocuspocus.ts';
import { Refusal } from './refusal.ts';
import { alone, type Replication } from './replication.ts';
import { RevocationWatch } from './revocation-watch.ts';
import { HooksGivenUp, RunningHooks } from './running-hooks.ts';
import { ServerEdits } from './server-edits.ts';
import type { SessionContext, SessionLimits } from './session-context.ts';
import type { SessionOrigin, SessionPort } from './session-port.ts';
import { passOnStateless } from './shared-stateless.ts';
import { findOnlyUpdate, updatesIn } from './stored-updates.ts';
import { NOTHING_NEW, type Submission } from './submission.ts';
import { UnheardEvents } from './unheard-events.ts';
import { tellWithoutOpening } from './visited-room.ts';

export type { Extension };

export interface CollaborationLimits extends SessionLimits {
  readonly maxSessionsPerUser: number;
  readonly maxQueueBytesPerDocument: number;
  /** What may be added to what waits for a session that is behind: no stateless message is larger. */
  readonly maxUnsentBytes: number;
  /** What documents keep of their broadcasts for those who are behind: each, and all together. */
  readonly maxRingBytesPerDocument: number;
  readonly maxRingBytes: number;
  /** What may wait to be judged in a thread, over all documents, and how long that may take. */
  readonly maxJudgingBytes: number;
  readonly maxJudgingMs: number;
  /** How many people of a document are shown to everybody who has it open. */
  readonly maxListedPeople: number;
  /** How long a document that nobody needs stays in memory, in ms. */
  readonly unloadDelayMs: number;
}

export interface CollaborationOptions {
  readonly store: DocumentStore;
  readonly guard: Guard;
  /** What ends access before its time. Left out: nothing. */
  readonly standing?: Standing;
  readonly log: Logger;
  readonly clock: Clock;
  readonly limits: CollaborationLimits;
  /** What the store lets wait for the disk. */
  readonly maxJournalQueueBytes: number;
  /** Hocuspocus extensions that neither persist nor replicate. */
  readonly extensions: readonly Extension[];
  readonly timer?: FlushTimer;
  /** Left out: by the system's clock, with an eye on the disk. */
  readonly slicing?: Slicing;
  /** Ended with the rest. Left out: a thread. */
  readonly judge?: Judge;
  /** Left out: nothing is counted. */
  readonly meters?: CollabMeters | null;
  /** The other nodes. Left out: there are none. */
  readonly replication?: Replication;
  /** What is remembered of events. Left out: as much as by default. */
  readonly replay?: EventRoomsOptions['replay'];
}

export interface EditOptions extends Storing {
  /** How far it may fill the document, as a part of what that may have. Left out: all of it. */
  readonly share?: number;
}

/** The documents of this node, and everybody who has them open. */
export interface Collaboration {
  openSession(port: SessionPort, origin: SessionOrigin): CollabSession;
  /**
   * Edits a document on the server's behalf; resolves once the edit would have its receipt (G1). Creates the document by its
   * first edit; comments only for a document that there is.
   *
   * @throws {Refusal} when it would make the document too large, when that takes too long to be copied for it, and when other
   * nodes may know what this one does not
   */
  edit(name: DocumentName, author: string, change: (document: Y.Doc) => void, options?: EditOptions): Promise<void>;
  /** Resolves once what a document holds by now would have its receipt (G1): for whoever asks for what is done already. */
  confirm(name: DocumentName, storing?: Storing): Promise<void>;
  /** Shows a document as it is in memory, that is, on disk. Nothing may be changed in it, nor kept of it. */
  read<T>(name: DocumentName, look: (document: Y.Doc) => T): Promise<T>;
  /**
   * Takes in what somebody brings without a connection: an update, as judged as a client's. Resolves once it would have its
   * receipt (G1).
   *
   * @throws {Refusal} and nothing of it is stored
   */
  bring(name: DocumentName, bringer: Bringer, brought: Brought, storing?: Storing): Promise<void>;
  /** Who has it open, as everybody in it is told; nobody while it is not open on this node. */
  people(name: DocumentName): ListedPeople;
  /** The same, without those who are there by other nodes. */
  peopleHere(name: DocumentName): ListedPeople;
  /** Who has it open on this node, connection by connection, by id. */
  sessions(name: DocumentName): readonly SessionInfo[];
  /** Ends one of these, by its id. @returns whether there was such a one */
  endSession(name: DocumentName, id: string): boolean;
  /**
   * Closes everybody's connection to it and to the comments on it, and moves the epochs of both; resolves once that would have
   * its receipt.
   *
   * @throws {PersistenceError} and leaves everybody where they are, when nothing is stored under this name
   */
  delete(name: DocumentName, storing?: Storing): Promise<void>;
  /**
   * Opens a document of the server's own, under a name that no client can have, and keeps it in memory: hooks of extensions
   * do not hear of it, and it is counted nowhere.
   *
   * @throws {Refusal} when it can't be loaded whole
   */
  openInternal(name: string): Promise<InternalDocument>;
  /**
   * Takes what other nodes have journalled, and the store of this one by now, into the documents that are open here, or ends
   * them with what ended them there. Resolves once they have it, or sooner as long as little is on its way.
   */
  adopted(entries: readonly Entry[]): Promise<void>;
  /**
   * Says something to everybody who has a document open and listens, on all nodes. It need not be stored, nor open anywhere.
   *
   * @throws {EventRefused} when it is too large, or more come than may
   */
  sendEvent(name: DocumentName, draft: EventDraft): Promise<Pick<LoggedEvent, 'id' | 'time'>>;
  /** What was said on other nodes that were not heard. */
  readonly unheardEvents: UnheardEvents;
  /** What is remembered of events, over all documents. */
  readonly eventBytes: number;
  /** Of how many documents events are remembered, or heard. */
  readonly eventDocuments: number;
  /** Without comments: where these are open, their document is too. */
  readonly openDocuments: number;
  /** Resolves once everything that was submitted so far is on disk and has its receipt, or was refused. */
  settled(): Promise<void>;
  /** What documents keep of their broadcasts for those who are behind. */
  readonly ringBytes: number;
  /**
   * Waits for what is on its way to the disk, and for a moment for what other nodes have yet to have, then lets go of all
   * documents.
   *
   * @param patienceMs how long large updates may still be judged, and hooks of extensions go on; then they are abandoned, and
   * whoever sent what they were about brings it again. Left out: as long as it takes
   */
  close(patienceMs?: number): Promise<void>;
}

/** A document that only the server itself reads and writes. It ends with its `destroy`: then it can be opened again. */
export interface InternalDocument {
  readonly document: Y.Doc;
  /** Resolves once the update is on disk, then in the document, and would have its receipt. */
  write(author: string, update: Uint8Array, storing?: Storing): Promise<void>;
  /** Resolves once what the document holds by now would have its receipt. */
  confirm(storing?: Storing): Promise<void>;
}

/** What hooks on documents see of an opening that no client of Hocuspocus asked for. */
const NO_REQUEST = new Request('http://localhost/');
const NO_SOCKET = '';
/** What the server keeps for itself is bounded by whoever keeps it. */
const UNLIMITED = { maxDocumentBytes: Number.POSITIVE_INFINITY };
/** A hundred events and a minute: what somebody misses while a lost connection is noticed and made again. */
const REPLAY: EventRoomsOptions['replay'] = {
  maxEvents: 100,
  maxBytes: 64 * 1024,
  maxAgeMs: 60_000,
  maxTotalBytes: 64 * 1024 * 1024,
};
const ALLOWED = { isAuthenticated: true, readOnly: false };
/**
 * So long a stop waits for receipts that wait for other nodes: many times what a healthy cluster takes. Where nobody can be
 * reached, and the settings have receipts wait for that, there would be no end of it.
 */
const RECEIPTS_PATIENCE_MS = 2_000;

export function createCollaboration(options: CollaborationOptions): Collaboration {
  return new LiveCollaboration(options);
}

class LiveCollaboration implements Collaboration {
  readonly #options: CollaborationOptions;
  readonly #hocuspocus: QuireHocuspocus;
  readonly #hooks = new RunningHooks();
  readonly #sessionContext: SessionContext;
  readonly #open: OpenDocuments;
  readonly #loads: DocumentLoads;
  readonly #adoption: Adoption;
  readonly #deletions: DocumentDeletions;
  readonly #replication: Replication;
  readonly #events: EventRooms;
  readonly unheardEvents: UnheardEvents;
  readonly #unloads: DocumentUnloads;
  readonly #ringBudget: RingBudget;
  readonly #slicing: Slicing;
  readonly #edits: ServerEdits;
  readonly #directAdmission: DirectAdmission;
  readonly #watch: GrantWatch;
  readonly #revocations: RevocationWatch;
  readonly #judge: Judge;
  readonly #listed = new ListedSessions();
  readonly #stopWatchingStore: () => void;

  constructor(options: CollaborationOptions) {
    this.#options = options;
    this.#hocuspocus = new QuireHocuspocus({
      extensions: [...this.#watchExtensions(), this.#createExtension()],
      maxDocumentsPerSession: options.limits.maxDocumentsPerSession,
      mayUnload: (document) => this.#unloads.mayUnload(document.name),
    });
    const { clock, limits, log, meters = null, standing = lasting, store } = options;
    this.#replication = options.replication ?? alone;
    this.#events = new EventRooms({
      clock,
      limits,
      replay: options.replay ?? REPLAY,
      hasPeers: this.#replication !== alone,
    });
    this.#open = new OpenDocuments((name) => this.#hocuspocus.documents.delete(name));
    this.unheardEvents = new UnheardEvents(this.#open, this.#events, clock);
    this.#unloads = new DocumentUnloads({ open: this.#open, hocuspocus: this.#hocuspocus, clock, log, meters });
    this.#watch = new GrantWatch(clock);
    this.#revocations = new RevocationWatch({ standing, clock, connections: () => this.#connections() });
    this.#ringBudget = { bytes: 0, maxBytes: limits.maxRingBytes };
    this.#slicing = options.slicing ?? createSlicing(() => store.queue.entries > 0);
    this.#edits = new ServerEdits(this.#slicing, clock);
    this.#judge =
      options.judge ??
      new JudgementThread({
        clock,
        log,
        meters,
        maxBytes: limits.maxJudgingBytes,
        maxMs: limits.maxJudgingMs,
        maxHeapMb: heapForJudging(limits.maxUpdateParts),
      });
    this.#sessionContext = {
      gate: createExtensionGate(this.#hocuspocus),
      hooks: this.#hooks,
      judge: this.#judge,
      slicing: this.#slicing,
      limits,
      store,
      log,
      clock,
      meters,
      standing,
      watch: this.#watch,
      renewals: new GrantRenewals({
        authenticate: (document, token, origin, holder) => this.#authenticate(document, token, origin, { holder }),
        findEnd: (grant, { admittedLife: life, name }) => standing.findEnd(grant, { name, life }),
        mayTryAgain: (connection, refusal) => this.#revocations.isPatientWith(connection, refusal),
        hasWithdrawn: (connection) => this.#revocations.hasWithdrawn(connection),
        onRenewed: (connection, { expiresAt }) => {
          this.#revocations.renewed(connection);
          this.#watch.watch(connection, expiresAt);
        },
      }),
      users: new Seats(limits.maxSessionsPerUser),
      discardDestroyed: (name) => this.#unloads.discardDestroyed(name),
      noteEntering: (name) => this.#unloads.noteEntering(name),
    };
    const earlyAnswers = new EarlyAnswers();
    this.#deletions = new DocumentDeletions({
      store,
      open: this.#open,
      replication: this.#replication,
      clock,
      log,
      onBegin: (name) => this.#loads.cross(name),
    });
    this.#loads = new DocumentLoads({
      store,
      open: this.#open,
      deletions: this.#deletions,
      earlyAnswers,
      replication: this.#replication,
      hocuspocus: this.#hocuspocus,
      slicing: this.#slicing,
      log,
      hold: (name) => this.#hold(name),
      createOwner: (name, document, loaded) => this.#createOwner(name, document, loaded),
    });
    this.#adoption = new Adoption(this.#open, this.#loads);
    this.#directAdmission = new DirectAdmission({
      authenticate: (document, token, origin) => this.#authenticate(document, token, origin),
      find: (document) => this.#open.get(document),
      open: async (document, onStored) => {
        const endListening = earlyAnswers.listen(document, onStored);
        try {
          return await this.#enter(document);
        } finally {
          endListening();
        }
      },
    });
    this.#stopWatchingStore = store.onStatus((status) => {
      if (status.state === 'refusing') for (const owner of this.#open) owner.storageRefuses();
    });
  }

  get openDocuments(): number {
    return this.#open.size;
  }

  get eventBytes(): number {
    return this.#events.bytes;
  }

  get eventDocuments(): number {
    return this.#events.size;
  }

  get ringBytes(): number {
    return this.#ringBudget.bytes;
  }

  openSession(port: SessionPort, origin: SessionOrigin): CollabSession {
    return new CollabSession(port, origin, this.#sessionContext, (host) => this.#createAdmission(host, port, origin));
  }

  #createAdmission(host: AdmissionHost, port: SessionPort, origin: SessionOrigin): Admission {
    if (this.#options.extensions.length === 0) return this.#directAdmission;
    return new HocuspocusAdmission(host, port, origin, {
      hocuspocus: this.#hocuspocus,
      findOwner: ({ document }) => {
        const owner = this.#open.get(document.name);
        return owner?.document === document ? owner : undefined;
      },
    });
  }

  edit(
    name: DocumentName,
    author: string,
    change: (document: Y.Doc) => void,
    { share = 1, onStored }: EditOptions = {},
  ): Promise<void> {
    const maxDocumentBytes = this.#options.limits.maxDocumentBytes * share;
    return this.#whileOpen(name, (owner) => this.#edits.make(owner, author, change, maxDocumentBytes, { onStored }));
  }

  confirm(name: DocumentName, storing: Storing = {}): Promise<void> {
    return this.#whileOpen(name, (owner) => owner.write(NOTHING_NEW, storing));
  }

  read<T>(name: DocumentName, look: (document: Y.Doc) => T): Promise<T> {
    return this.#whileOpen(name, (owner) => look(owner.document));
  }

  bring(name: DocumentName, bringer: Bringer, brought: Brought, storing: Storing = {}): Promise<void> {
    return this.#whileOpen(name, (owner) => ingestBrought(owner, bringer, brought, this.#sessionContext, storing));
  }

  people(name: DocumentName): ListedPeople {
    const owner = this.#open.get(name);
    return owner === undefined ? NO_PEOPLE : listPeople(owner);
  }

  peopleHere(name: DocumentName): ListedPeople {
    const owner = this.#open.get(name);
    return owner === undefined ? NO_PEOPLE : listPeopleHere(owner);
  }

  sessions(name: DocumentName): readonly SessionInfo[] {
    const owner = this.#open.get(name);
    return owner === undefined ? [] : this.#listed.list(owner);
  }

  endSession(name: DocumentName, id: string): boolean {
    const owner = this.#open.get(name);
    return owner !== undefined && this.#listed.end(owner, id);
  }

  async #whileOpen<T>(name: DocumentName, task: (owner: DocumentOwner) => T | Promise<T>): Promise<T> {
    const { owner, release } = await this.#hold(name);
    try {
      // Who copies or reads half of a large update would take its other half for missing.
      while (owner.whole !== null) await owner.whole;
      return await task(owner);
    } finally {
      release();
    }
  }

  /** Opens a document that stays in memory until it is released. */
  async #hold(name: DocumentName): Promise<HeldOwner> {
    const endEntering = this.#unloads.noteEntering(name);
    try {
      // Until then it is in memory, and takes nobody in.
      await this.#deletions.over(name);
      const owner = await this.#enter(name);
      return { owner, release: owner.hold() };
    } finally {
      endEntering();
    }
  }

  async openInternal(name: string): Promise<InternalDocument> {
    const document = new Document(name);
    // Not through Hocuspocus, which would ask hooks; and the brand is for names that a client may give.
    const owner = await this.#loads.load(document, name as DocumentName);
    owner.hold();
    this.#open.noteInternal(owner);
    return {
      document,
      async write(author, update, storing) {
        await ingestServerEdit(owner, author, { update, title: '' }, UNLIMITED, storing);
      },
      confirm: (storing) => owner.write(NOTHING_NEW, storing),
    };
  }

  delete(name: DocumentName, storing: Storing = {}): Promise<void> {
    return this.#deletions.delete(name, storing);
  }

  async sendEvent(name: DocumentName, draft: EventDraft): Promise<Pick<LoggedEvent, 'id' | 'time'>> {
    const stat = this.#open.get(name)?.isOpen === true ? null : await this.#options.store.stat(name);
    const owner = this.#open.get(name);
    const epoch = stat === null || stat.state === 'damaged' ? FIRST_EPOCH : stat.epoch;
    const outcome =
      owner?.isOpen === true ? owner.events.send(draft) : this.#events.takeClosed(nameLife(name, epoch), draft);
    switch (outcome.kind) {
      case 'refused':
        this.#options.meters?.eventsRefused.add(outcome.refusal.code);
        throw new EventRefused(outcome.refusal);
      case 'taken':
        this.#options.meters?.events.add('server');
        if (owner?.isOpen !== true) tellWithoutOpening(this.#replication, { name, epoch }, outcome.event);
        return outcome.event;
      case 'known':
        return outcome.event;
      default:
        return outcome satisfies never;
    }
  }

  adopted(entries: readonly Entry[]): Promise<void> {
    return this.#adoption.bring(entries);
  }

  async settled(): Promise<void> {
    const busy = [...this.#open].filter((owner) => owner.isBusy);
    await Promise.all(busy.map((owner) => owner.settled()));
  }

  async close(patienceMs?: number): Promise<void> {
    this.#watch.close();
    this.#revocations.close();
    this.#stopWatchingStore();
    const stopWaiting = this.#afterAtMost(patienceMs, () => {
      this.#judge.close();
      this.#giveUpHooks();
    });
    const stopHoping = this.#options.clock.after(RECEIPTS_PATIENCE_MS, () => {
      const error = new PersistenceError('CLOSED', 'The server stopped before other nodes had the edit');
      for (const owner of this.#open) owner.dismissReceipts(error);
    });
    await Promise.all([...this.#open].map((owner) => owner.drained()));
    stopWaiting();
    stopHoping();
    this.#judge.close();
    for (const owner of [...this.#open]) this.#open.forget(owner);
    this.#events.end();
    await this.#destroyExtensions(patienceMs);
  }

  async #destroyExtensions(patienceMs: number | undefined): Promise<void> {
    // All edits are on disk by now. Half, so that there is some time left to close it.
    const stopWaiting = this.#afterAtMost(patienceMs === undefined ? undefined : patienceMs / 2, () =>
      this.#giveUpHooks(),
    );
    try {
      await this.#hooks.wait(this.#hocuspocus.hooks('onDestroy', { instance: this.#hocuspocus }));
    } catch (error) {
      if (!(error instanceof HooksGivenUp)) throw error;
    } finally {
      stopWaiting();
    }
  }

  /** @param ms left out: never */
  #afterAtMost(ms: number | undefined, task: () => void): () => void {
    return ms === undefined ? () => {} : this.#options.clock.after(ms, task);
  }

  #giveUpHooks(): void {
    if (!this.#hooks.areAwaited) return;
    this.#options.log.error(
      { hooks: this.#hooks.names },
      'hooks of extensions do not end and are waited for no longer',
    );
    this.#hooks.giveUp();
  }

  #watchExtensions(): Extension[] {
    return this.#options.extensions.map((extension, index) =>
      this.#hooks.watch(extension, hookNamesOf(extension), index),
    );
  }

  /**
   * Loads through Hocuspocus, so that a document has one object whoever opens it.
   *
   * @throws {Refusal}
   */
  async #enter(name: DocumentName): Promise<DocumentOwner> {
    await this.#hocuspocus.createDocument(name, NO_REQUEST, NO_SOCKET, ALLOWED, {});
    const owner = this.#open.get(name);
    if (owner?.isOpen === true) return owner;
    this.#unloads.discardDestroyed(name);
    throw new Refusal(closeCodes.loadFailed); // deleted while it was opened: the next attempt meets the new state
  }

  #createExtension(): Extension<HookContext> {
    return {
      extensionName: 'quire',
      // After everybody else's: an extension that refuses must be heard before anything is loaded.
      priority: Number.MIN_SAFE_INTEGER,
      onAuthenticate: async ({ documentName, token, context, connectionConfig }) => {
        if (!isDocumentName(documentName)) throw new Refusal(closeCodes.badDocumentName);
        const grant = await this.#authenticate(documentName, token, context.admission.origin);
        connectionConfig.readOnly = !grant.canWrite;
        return { grant };
      },
      onLoadDocument: async ({ document }) => {
        const { name } = document;
        if (!isDocumentName(name)) throw new Refusal(closeCodes.badDocumentName);
        const { clock, meters } = this.#options;
        const load = () => this.#loads.load(document, name);
        await (meters?.loads.time(clock, load) ?? load());
      },
      connected: async ({ connection, context }) => {
        if (context.grant !== undefined) context.admission.connected(connection, context.grant);
      },
    };
  }

  /** @throws {Refusal} */
  async #authenticate(
    document: DocumentName,
    token: string,
    origin: SessionOrigin,
    renewal: { readonly holder?: string } = {},
  ): Promise<Grant> {
    const request = {
      ...renewal,
      token,
      document,
      remoteAddress: origin.remoteAddress,
      mayCarryToken: origin.mayCarryToken ?? true,
      get headers() {
        return origin.headers;
      },
      get url() {
        return origin.url;
      },
    };
    try {
      return await this.#options.guard.admit(request, 'reader');
    } catch (error) {
      if (error instanceof AccessError) throw new Refusal(error.closeCode, { cause: error });
      throw error;
    }
  }

  #createOwner(name: DocumentName, document: Document, { stored, epoch, title, commented }: Loaded): DocumentOwner {
    const { store, clock, log, limits, maxJournalQueueBytes, meters = null, timer = systemFlushTimer } = this.#options;
    const mirrorsPresence = this.#hocuspocus.hasHook('onAwarenessUpdate');
    const owner = new DocumentOwner({
      name,
      epoch,
      isStored: stored?.state === 'live',
      commented: commented?.owner ?? null,
      tombstone: stored?.tombstone == null ? new Map() : Y.decodeStateVector(stored.tombstone),
      document,
      stored: stored === null ? null : findOnlyUpdate(stored),
      storedBytes: weighLoaded(stored),
      storedTitle: title,
      store,
      clock,
      timer,
      log,
      meters,
      maxQueueBytes: limits.maxQueueBytesPerDocument,
      maxJournalQueueBytes,
      maxRingBytes: limits.maxRingBytesPerDocument,
      ringBudget: this.#ringBudget,
      maxListedPeople: limits.maxListedPeople,
      maxPresenceStateBytes: limits.maxPresenceStateBytes,
      unloadDelayMs: limits.unloadDelayMs,
      slicing: this.#slicing,
      replication: this.#replication,
      hasPeers: this.#replication !== alone,
      events: {
        open: (since) => this.#events.open(nameLife(name, epoch), since),
        find: () => this.#events.find(nameLife(name, epoch)),
        close: () => this.#events.close(nameLife(name, epoch)),
        missedUntil: () => this.unheardEvents.missedUntil,
      },
      // What the server keeps for itself nobody else is in.
      join: (room) => (isDocumentName(name) ? this.#replication : alone).join(name, room),
      onIdle: () => void this.#unloads.unload(document),
      onBroken: () => this.#open.end(owner, closeCodes.loadFailed),
      onEnded: () => this.#open.endLife(owner),
      originOf: (batch) => originOf(batch),
      onPresence: (presence) => {
        if (mirrorsPresence) applyAwarenessUpdate(document.awareness, presence, { source: 'local' });
      },
    });
    passOnStateless(document, {
      maxBytes: limits.maxUnsentBytes,
      relay: (payload) => owner.relayStateless(payload),
      onRefused: (bytes) =>
        log.warn(
          { document: name, bytes, maxBytes: limits.maxUnsentBytes },
          'an extension broadcast a stateless message that is larger than limits.maxUnsentBytes: nobody was told; keep what is large in the document, or raise the limit on all nodes',
        ),
    });
    // The owner ends with the document, in the same turn: somebody may open the name again before any later hook runs.
    document.once('destroy', () => {
      owner.close();
      commented?.release();
    });
    return owner;
  }

  *#connections(): Iterable<DocumentConnection> {
    for (const owner of this.#open) yield* owner.connections();
  }
}

function weighLoaded(stored: LoadedDocument | null): OwnerOptions['storedBytes'] {
  let edits = 0;
  for (const update of updatesIn(stored?.entries ?? [])) edits += update.length;
  return { snapshot: stored?.snapshot?.length ?? 0, edits };
}

/** Hooks learn of a connection only where a batch has a single one. */
function originOf(batch: readonly Submission[]): object {
  const connections = new Set(batch.map((submission) => submission.connection));
  const [only] = connections;
  if (connections.size === 1 && only?.state.kind === 'established') {
    return { source: 'connection', connection: only.state.hocuspocus };
  }
  return { source: 'local' };
}
