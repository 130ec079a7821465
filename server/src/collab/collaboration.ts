import { Document, type Extension } from '@hocuspocus/server';
import { type DocumentStore, type Epoch, FIRST_EPOCH, type LoadedDocument, PersistenceError } from '@quire/persistence';
import { closeCodes, companionOf, type DocumentName, isDocumentName, parseDocumentAddress } from '@quire/protocol';
import { applyAwarenessUpdate } from 'y-protocols/awareness';
import * as Y from 'yjs';
import { AccessError, type Grant } from '../auth/authenticator.ts';
import type { Guard } from '../auth/guard.ts';
import { lasting, type Standing } from '../auth/standing.ts';
import type { Clock } from '../clock.ts';
import type { Logger } from '../observability/log.ts';
import type { CollabMeters } from '../observability/metrics/collab-meters.ts';
import { Seats } from '../seats.ts';
import type { Admission, AdmissionHost } from './admission.ts';
import { createSlicing, type Slicing } from './apply-in-slices.ts';
import type { RingBudget } from './broadcast-ring.ts';
import { CollabSession } from './collab-session.ts';
import { companionEpoch, judgeCompanion } from './companion-life.ts';
import { describeStranger } from './companion-sweep.ts';
import { DirectAdmission, type DirectAdmissionContext } from './direct-admission.ts';
import type { DocumentConnection } from './document-connection.ts';
import { DocumentOwner } from './document-owner.ts';
import { EarlyAnswers } from './early-answers.ts';
import { createExtensionGate } from './extension-gate.ts';
import { type FlushTimer, systemFlushTimer } from './flush-window.ts';
import { GrantRenewals } from './grant-renewals.ts';
import { GrantWatch } from './grant-watch.ts';
import { HocuspocusAdmission, type HookContext } from './hocuspocus-admission.ts';
import { ingestServerEdit } from './ingest.ts';
import { heapForJudging, type Judge, JudgementThread } from './judgement-thread.ts';
import { loadInSlices } from './load-in-slices.ts';
import type { OwnerOptions } from './owner-options.ts';
import { hookNamesOf, passOnChanges, QuireHocuspocus, takeOver } from './quire-hocuspocus.ts';
import { Refusal } from './refusal.ts';
import { RevocationWatch } from './revocation-watch.ts';
import { HooksGivenUp, RunningHooks } from './running-hooks.ts';
import { draftUpdate } from './server-edit.ts';
import type { SessionContext, SessionLimits } from './session-context.ts';
import type { SessionOrigin, SessionPort } from './session-port.ts';
import { findOnlyUpdate, updatesIn } from './stored-updates.ts';
import type { Submission } from './submission.ts';

export type { Extension };

export interface CollaborationLimits extends SessionLimits {
  readonly maxSessionsPerUser: number;
  readonly maxQueueBytesPerDocument: number;
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
}

/** The documents of this node, and everybody who has them open. */
export interface Collaboration {
  openSession(port: SessionPort, origin: SessionOrigin): CollabSession;
  /**
   * Edits a document on the server's behalf; resolves once the edit is durable. Creates the document by its first edit;
   * comments only for a document that there is.
   *
   * @param share how far it may fill the document, as a part of what that may have; left out: all of it
   * @throws {Refusal} when it would make the document too large
   */
  edit(name: DocumentName, author: string, change: (document: Y.Doc) => void, share?: number): Promise<void>;
  /** Shows a document as it is in memory, that is, on disk. Nothing may be changed in it, nor kept of it. */
  read<T>(name: DocumentName, look: (document: Y.Doc) => T): Promise<T>;
  /**
   * Closes everybody's connection to it and to the comments on it, and moves the epochs of both.
   *
   * @throws {PersistenceError} and leaves everybody where they are, when nothing is stored under this name
   */
  delete(name: DocumentName): Promise<void>;
  /**
   * Opens a document of the server's own, under a name that no client can have, and keeps it in memory: hooks of extensions
   * do not hear of it, and it is counted nowhere.
   *
   * @throws {Refusal} when it can't be loaded whole
   */
  openInternal(name: string): Promise<InternalDocument>;
  /** Without comments: where these are open, their document is too. */
  readonly openDocuments: number;
  /** Resolves once everything that was submitted so far is on disk and has its receipt, or was refused. */
  settled(): Promise<void>;
  /** What documents keep of their broadcasts for those who are behind. */
  readonly ringBytes: number;
  /**
   * Waits for what is on its way to the disk, then lets go of all documents.
   *
   * @param patienceMs how long large updates may still be judged, and hooks of extensions go on; then they are abandoned, and
   * whoever sent what they were about brings it again. Left out: as long as it takes
   */
  close(patienceMs?: number): Promise<void>;
}

/** A document that only the server itself reads and writes. It ends with its `destroy`: then it can be opened again. */
export interface InternalDocument {
  readonly document: Y.Doc;
  /** Resolves once the update is on disk, and then in the document. */
  write(author: string, update: Uint8Array): Promise<void>;
}

/** What hooks on documents see of an opening that no client of Hocuspocus asked for. */
const NO_REQUEST = new Request('http://localhost/');
const NO_SOCKET = '';
/** What the server keeps for itself is bounded by whoever keeps it. */
const UNLIMITED = { maxDocumentBytes: Number.POSITIVE_INFINITY };
const ALLOWED = { isAuthenticated: true, readOnly: false };

export function createCollaboration(options: CollaborationOptions): Collaboration {
  return new LiveCollaboration(options);
}

class LiveCollaboration implements Collaboration {
  readonly #options: CollaborationOptions;
  readonly #hocuspocus: QuireHocuspocus;
  readonly #hooks = new RunningHooks();
  readonly #sessionContext: SessionContext;
  readonly #owners = new Map<string, DocumentOwner>();
  /** Those of the owners whose documents are the server's own. */
  readonly #internal = new Set<string>();
  readonly #entering = new Map<string, number>();
  readonly #unloading = new Set<string>();
  readonly #deleting = new Map<string, Promise<void>>();
  readonly #ringBudget: RingBudget;
  readonly #slicing: Slicing;
  /** Loads under way, and whether their document was deleted meanwhile. */
  readonly #loads = new Map<string, { isCrossed: boolean }>();
  /** How many of the owners are those of comments. */
  #companions = 0;
  /** Counts deletions, so that a load notices one that it crossed. */
  #deletions = 0;
  readonly #directAdmission: DirectAdmissionContext;
  readonly #watch: GrantWatch;
  readonly #revocations: RevocationWatch;
  readonly #judge: Judge;
  readonly #earlyAnswers = new EarlyAnswers();
  readonly #stopWatchingStore: () => void;

  constructor(options: CollaborationOptions) {
    this.#options = options;
    this.#hocuspocus = new QuireHocuspocus({
      extensions: [...this.#watchExtensions(), this.#createExtension()],
      maxDocumentsPerSession: options.limits.maxDocumentsPerSession,
      mayUnload: (document) => this.#mayUnload(document.name),
    });
    const { clock, limits, standing = lasting, store } = options;
    this.#watch = new GrantWatch(clock);
    this.#revocations = new RevocationWatch({ standing, clock, connections: () => this.#connections() });
    this.#ringBudget = { bytes: 0, maxBytes: limits.maxRingBytes };
    this.#slicing = options.slicing ?? createSlicing(() => store.queue.entries > 0);
    this.#judge =
      options.judge ??
      new JudgementThread({
        clock,
        log: options.log,
        meters: options.meters ?? null,
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
      log: options.log,
      meters: options.meters ?? null,
      standing,
      watch: this.#watch,
      renewals: new GrantRenewals({
        authenticate: (document, token, origin, holder) => this.#authenticate(document, token, origin, { holder }),
        findEnd: (grant, { admittedLife }) => standing.findEnd(grant, admittedLife),
        mayTryAgain: (connection, refusal) => this.#revocations.isPatientWith(connection, refusal),
        hasWithdrawn: (connection) => this.#revocations.hasWithdrawn(connection),
        onRenewed: (connection, { expiresAt }) => {
          this.#revocations.renewed(connection);
          this.#watch.watch(connection, expiresAt);
        },
      }),
      users: new Seats(limits.maxSessionsPerUser),
      discardDestroyed: (name) => this.#discardDestroyed(name),
      noteEntering: (name) => this.#noteEntering(name),
    };
    this.#directAdmission = {
      authenticate: (document, token, origin) => this.#authenticate(document, token, origin),
      find: (document) => this.#owners.get(document),
      open: async (document, onStored) => {
        const endListening = this.#earlyAnswers.listen(document, onStored);
        try {
          return await this.#open(document);
        } finally {
          endListening();
        }
      },
    };
    this.#stopWatchingStore = store.onStatus((status) => {
      if (status.state === 'refusing') for (const owner of this.#owners.values()) owner.storageRefuses();
    });
  }

  get openDocuments(): number {
    return this.#owners.size - this.#companions - this.#internal.size;
  }

  get ringBytes(): number {
    return this.#ringBudget.bytes;
  }

  openSession(port: SessionPort, origin: SessionOrigin): CollabSession {
    return new CollabSession(port, origin, this.#sessionContext, (host) => this.#createAdmission(host, port, origin));
  }

  #createAdmission(host: AdmissionHost, port: SessionPort, origin: SessionOrigin): Admission {
    if (this.#options.extensions.length === 0) {
      return new DirectAdmission(host, origin, this.#directAdmission);
    }
    return new HocuspocusAdmission(host, port, origin, {
      hocuspocus: this.#hocuspocus,
      findOwner: ({ document }) => {
        const owner = this.#owners.get(document.name);
        return owner?.document === document ? owner : undefined;
      },
    });
  }

  edit(name: DocumentName, author: string, change: (document: Y.Doc) => void, share = 1): Promise<void> {
    return this.#whileOpen(name, async (owner) => {
      if (owner.commented?.isStored === false) {
        throw new PersistenceError('UNKNOWN_DOCUMENT', 'No such document', { document: owner.commented.name });
      }
      await owner.serverClient.write(async (client) => {
        const drafted = draftUpdate(owner.document, client, change);
        const maxDocumentBytes = this.#options.limits.maxDocumentBytes * share;
        if (drafted !== null) await ingestServerEdit(owner, author, drafted, { maxDocumentBytes });
      });
    });
  }

  read<T>(name: DocumentName, look: (document: Y.Doc) => T): Promise<T> {
    return this.#whileOpen(name, (owner) => look(owner.document));
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
    const endEntering = this.#noteEntering(name);
    try {
      const owner = await this.#open(name);
      return { owner, release: owner.hold() };
    } finally {
      endEntering();
    }
  }

  async openInternal(name: string): Promise<InternalDocument> {
    const document = new Document(name);
    // Not through Hocuspocus, which would ask hooks; and the brand is for names that a client may give.
    const owner = await this.#load(document, name as DocumentName);
    owner.hold();
    this.#internal.add(name);
    document.once('destroy', () => this.#internal.delete(name));
    return {
      document,
      async write(author, update) {
        await ingestServerEdit(owner, author, { update, title: '' }, UNLIMITED);
      },
    };
  }

  delete(name: DocumentName): Promise<void> {
    const underway = this.#deleting.get(name);
    if (underway !== undefined) return underway;
    const names = [companionOf(name, 'comments'), name];
    this.#deletions += 1;
    for (const each of names) {
      const load = this.#loads.get(each);
      if (load !== undefined) load.isCrossed = true;
      this.#earlyAnswers.withdraw(each);
    }
    const deletion = this.#delete(name).finally(() => {
      for (const each of names) this.#deleting.delete(each);
    });
    for (const each of names) this.#deleting.set(each, deletion);
    return deletion;
  }

  async settled(): Promise<void> {
    const busy = [...this.#owners.values()].filter((owner) => owner.isBusy);
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
    await Promise.all([...this.#owners.values()].map((owner) => owner.drained()));
    stopWaiting();
    this.#judge.close();
    for (const owner of [...this.#owners.values()]) this.#forget(owner);
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

  async #delete(name: DocumentName): Promise<void> {
    await this.#assertDeletable(name);
    const owners = this.#ownersAround(name);
    for (const owner of owners) owner.evict(closeCodes.documentDeleted);
    for (const owner of owners) {
      await owner.drained();
      this.#forget(owner);
    }
    const epoch = await this.#options.store.delete(name);
    await this.#endComments(name, epoch);
  }

  /** Those of a document and of the comments on it, as far as they are open: the comments first, which hold their document. */
  #ownersAround(name: DocumentName): readonly DocumentOwner[] {
    return [companionOf(name, 'comments'), name].flatMap((each) => this.#owners.get(each) ?? []);
  }

  /** Whoever asked for the deletion has it: comments that are left show nowhere, and go when this server starts next. */
  async #endComments(name: DocumentName, epoch: Epoch): Promise<void> {
    try {
      await this.#options.store.delete(companionOf(name, 'comments'), companionEpoch(epoch));
    } catch (error) {
      this.#options.log.warn({ err: error, document: name }, 'the comments of a deleted document are left for later');
    }
  }

  /** Who is put out of a deleted document never comes back to it, so it must be there, and the disk must take its end. */
  async #assertDeletable(name: DocumentName): Promise<void> {
    const { store } = this.#options;
    const stat = await store.stat(name);
    if (stat === null || stat.state === 'deleted') {
      throw new PersistenceError('UNKNOWN_DOCUMENT', 'No such document', { document: name });
    }
    if (store.status.state === 'refusing') throw store.status.error;
  }

  /**
   * Loads through Hocuspocus, so that a document has one object whoever opens it.
   *
   * @throws {Refusal}
   */
  async #open(name: DocumentName): Promise<DocumentOwner> {
    await this.#hocuspocus.createDocument(name, NO_REQUEST, NO_SOCKET, ALLOWED, {});
    const owner = this.#owners.get(name);
    if (owner?.isOpen === true) return owner;
    this.#discardDestroyed(name);
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
        const load = () => this.#load(document, name);
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

  /** R7: a load that fails leaves nothing behind, and is reported in a way that every provider retries. */
  async #load(document: Document, name: DocumentName): Promise<DocumentOwner> {
    let commented: HeldOwner | null = null;
    const load = { isCrossed: false };
    this.#loads.set(name, load);
    try {
      commented = await this.#holdCommented(name);
      const loaded = await this.#loadLife(name, commented?.owner ?? null);
      load.isCrossed = false; // a deletion that was crossed until here is known to what was read
      takeOver(document);
      if (loaded !== null) this.#earlyAnswers.announce(name, loaded, commented?.owner.epoch);
      if (loaded !== null) await loadInSlices(document, loaded, this.#options.log, this.#slicing);
      passOnChanges(document, this.#hocuspocus);
      const storedTitle = await this.#readIndexedTitle(name);
      // What is in memory is of a life that has ended: the next attempt meets the new one (R14).
      if (load.isCrossed || commented?.owner.isOpen === false) throw new Refusal(closeCodes.loadFailed);
      const owner = this.#createOwner(name, document, loaded, storedTitle, commented);
      commented = null; // released with the owner
      this.#owners.set(name, owner);
      owner.start();
      return owner;
    } catch (error) {
      document.destroy();
      if (error instanceof Refusal) throw error;
      this.#options.log.error({ err: error, document: name }, 'a document could not be loaded');
      throw new Refusal(closeCodes.loadFailed, { cause: error });
    } finally {
      commented?.release();
      this.#loads.delete(name);
    }
  }

  /** Whether there is something to comment on, and which life of it this is, is known as long as it is in memory. */
  #holdCommented(name: DocumentName): Promise<HeldOwner> | null {
    const { kind, document } = parseDocumentAddress(name);
    return kind === 'comments' ? this.#hold(document) : null;
  }

  /** What is stored; of comments, what goes with the present life of their document (R14). */
  async #loadLife(name: DocumentName, commented: DocumentOwner | null): Promise<LoadedDocument | null> {
    const loaded = await this.#loadStored(name);
    if (commented === null || loaded === null) return loaded;
    switch (judgeCompanion(loaded, commented.epoch)) {
      case 'current':
        return loaded;
      case 'over':
        await this.#options.store.delete(name, companionEpoch(commented.epoch));
        return this.#loadStored(name);
      case 'stranger':
        this.#options.log.error({ document: name }, describeStranger(name));
        throw new Refusal(closeCodes.badDocumentName);
    }
  }

  /** What is stored once no deletion is under way: a load that crossed one would show a dead life. */
  async #loadStored(name: DocumentName): Promise<LoadedDocument | null> {
    for (;;) {
      // Whoever asked for the deletion hears how it ended.
      await this.#deleting.get(name)?.catch(() => {});
      const deletions = this.#deletions;
      const loaded = await this.#options.store.load(name);
      if (deletions === this.#deletions) return loaded;
    }
  }

  /** The title in the index of documents: a crash may have kept it from following the document's. */
  async #readIndexedTitle(name: DocumentName): Promise<string> {
    const stat = await this.#options.store.stat(name);
    return stat === null || stat.state === 'damaged' ? '' : stat.title;
  }

  #createOwner(
    name: DocumentName,
    document: Document,
    loaded: LoadedDocument | null,
    storedTitle: string,
    commented: HeldOwner | null,
  ): DocumentOwner {
    const { store, clock, log, limits, maxJournalQueueBytes, meters = null, timer = systemFlushTimer } = this.#options;
    const mirrorsPresence = this.#hocuspocus.hasHook('onAwarenessUpdate');
    const owner = new DocumentOwner({
      name,
      epoch: loaded?.epoch ?? (commented === null ? FIRST_EPOCH : companionEpoch(commented.owner.epoch)),
      isStored: loaded?.state === 'live',
      commented: commented?.owner ?? null,
      tombstone: loaded?.tombstone == null ? new Map() : Y.decodeStateVector(loaded.tombstone),
      document,
      stored: loaded === null ? null : findOnlyUpdate(loaded),
      storedBytes: weighLoaded(loaded),
      storedTitle,
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
      unloadDelayMs: limits.unloadDelayMs,
      slicing: this.#slicing,
      onIdle: () => void this.#unload(document),
      onBroken: () => {
        for (const each of this.#ownersAround(parseDocumentAddress(name).document)) {
          if (each !== owner && each.commented !== owner) continue;
          each.evict(closeCodes.loadFailed);
          this.#forget(each);
        }
      },
      originOf: (batch) => originOf(batch),
      onPresence: (presence) => {
        if (mirrorsPresence) applyAwarenessUpdate(document.awareness, presence, { source: 'local' });
      },
    });
    if (commented !== null) this.#companions += 1;
    // The owner ends with the document, in the same turn: somebody may open the name again before any later hook runs.
    document.once('destroy', () => {
      owner.close();
      if (this.#owners.get(name) === owner) this.#owners.delete(name);
      if (commented === null) return;
      this.#companions -= 1;
      commented.release();
    });
    return owner;
  }

  *#connections(): Iterable<DocumentConnection> {
    for (const owner of this.#owners.values()) yield* owner.connections();
  }

  #noteEntering(name: string): () => void {
    this.#entering.set(name, (this.#entering.get(name) ?? 0) + 1);
    let counted = true;
    return () => {
      if (!counted) return;
      counted = false;
      const left = (this.#entering.get(name) ?? 1) - 1;
      if (left === 0) this.#entering.delete(name);
      else this.#entering.set(name, left);
    };
  }

  #mayUnload(name: string): boolean {
    const owner = this.#owners.get(name);
    return this.#unloading.has(name) && !this.#entering.has(name) && (owner === undefined || owner.isIdle);
  }

  async #unload(document: Document): Promise<void> {
    this.#unloading.add(document.name);
    try {
      const { clock, meters } = this.#options;
      const unload = async (): Promise<void> => void (await this.#hocuspocus.unloadDocument(document));
      await (meters?.unloads.time(clock, unload, () => document.isDestroyed) ?? unload());
    } catch (error) {
      this.#options.log.error({ err: error, document: document.name }, 'a hook failed while a document was unloaded');
    } finally {
      this.#unloading.delete(document.name);
      // Somebody was on the way in, or an extension is still busy with it: ask again later.
      const owner = this.#owners.get(document.name);
      if (owner?.document === document) owner.watchIdle();
    }
  }

  /** A document that was deleted in the moment in which its load ended is listed by Hocuspocus after its end. */
  #discardDestroyed(name: string): void {
    if (this.#hocuspocus.documents.get(name)?.isDestroyed === true) this.#hocuspocus.documents.delete(name);
  }

  #forget(owner: DocumentOwner): void {
    this.#hocuspocus.documents.delete(owner.name);
    owner.document.destroy();
  }
}

/** A document that stays in memory until it is released. */
interface HeldOwner {
  readonly owner: DocumentOwner;
  release(): void;
}

function weighLoaded(loaded: LoadedDocument | null): OwnerOptions['storedBytes'] {
  let edits = 0;
  for (const update of updatesIn(loaded?.entries ?? [])) edits += update.length;
  return { snapshot: loaded?.snapshot?.length ?? 0, edits };
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
