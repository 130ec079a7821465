import type { Document, Extension } from '@hocuspocus/server';
import { type DocumentStore, FIRST_EPOCH, type LoadedDocument, PersistenceError } from '@quire/persistence';
import { closeCodes, type DocumentName, isDocumentName, mayWrite } from '@quire/protocol';
import { applyAwarenessUpdate } from 'y-protocols/awareness';
import * as Y from 'yjs';
import { AccessError, type Grant } from '../auth/authenticator.ts';
import type { Guard } from '../auth/guard.ts';
import type { Clock } from '../clock.ts';
import type { Logger } from '../observability/log.ts';
import type { CollabMeters } from '../observability/metrics/collab-meters.ts';
import { Seats } from '../seats.ts';
import type { Admission, AdmissionHost } from './admission.ts';
import type { RingBudget } from './broadcast-ring.ts';
import { CollabSession, type SessionContext, type SessionLimits } from './collab-session.ts';
import { DirectAdmission, type DirectAdmissionContext } from './direct-admission.ts';
import { DocumentOwner, type OwnerOptions } from './document-owner.ts';
import { EarlyAnswers } from './early-answers.ts';
import { createExtensionGate } from './extension-gate.ts';
import { type FlushTimer, systemFlushTimer } from './flush-window.ts';
import { GrantRenewals } from './grant-renewals.ts';
import { GrantWatch } from './grant-watch.ts';
import { HocuspocusAdmission, type HookContext } from './hocuspocus-admission.ts';
import { ingestServerEdit } from './ingest.ts';
import { loadInSlices } from './load-in-slices.ts';
import { passOnChanges, QuireHocuspocus, takeOver } from './quire-hocuspocus.ts';
import { Refusal } from './refusal.ts';
import { draftUpdate } from './server-edit.ts';
import type { SessionOrigin, SessionPort } from './session-port.ts';
import type { Submission } from './submission.ts';

export type { Extension };

export interface CollaborationLimits extends SessionLimits {
  readonly maxSessionsPerUser: number;
  readonly maxQueueBytesPerDocument: number;
  /** What documents keep of their broadcasts for those who are behind: each, and all together. */
  readonly maxRingBytesPerDocument: number;
  readonly maxRingBytes: number;
  /** How many people of a document are shown to everybody who has it open. */
  readonly maxListedPeople: number;
  /** How long a document that nobody needs stays in memory, in ms. */
  readonly unloadDelayMs: number;
}

export interface CollaborationOptions {
  readonly store: DocumentStore;
  readonly guard: Guard;
  readonly log: Logger;
  readonly clock: Clock;
  readonly limits: CollaborationLimits;
  /** What the store lets wait for the disk. */
  readonly maxJournalQueueBytes: number;
  /** Hocuspocus extensions that neither persist nor replicate. */
  readonly extensions: readonly Extension[];
  readonly timer?: FlushTimer;
  /** Left out: nothing is counted. */
  readonly meters?: CollabMeters | null;
}

/** The documents of this node, and everybody who has them open. */
export interface Collaboration {
  openSession(port: SessionPort, origin: SessionOrigin): CollabSession;
  /** Edits a document on the server's behalf; resolves once the edit is durable. Creates the document by its first edit. */
  edit(name: DocumentName, author: string, change: (document: Y.Doc) => void): Promise<void>;
  /**
   * Closes everybody's connection to it and moves its epoch.
   *
   * @throws {PersistenceError} and leaves everybody where they are, when nothing is stored under this name
   */
  delete(name: DocumentName): Promise<void>;
  readonly openDocuments: number;
  /** Resolves once everything that was submitted so far is on disk and has its receipt, or was refused. */
  settled(): Promise<void>;
  /** What documents keep of their broadcasts for those who are behind. */
  readonly ringBytes: number;
  /** Waits for what is on its way to the disk, then lets go of all documents. */
  close(): Promise<void>;
}

/** What hooks on documents see of an opening that no client of Hocuspocus asked for. */
const NO_REQUEST = new Request('http://localhost/');
const NO_SOCKET = '';
const ALLOWED = { isAuthenticated: true, readOnly: false };

export function createCollaboration(options: CollaborationOptions): Collaboration {
  return new LiveCollaboration(options);
}

class LiveCollaboration implements Collaboration {
  readonly #options: CollaborationOptions;
  readonly #hocuspocus: QuireHocuspocus;
  readonly #sessionContext: SessionContext;
  readonly #owners = new Map<string, DocumentOwner>();
  readonly #entering = new Map<string, number>();
  readonly #unloading = new Set<string>();
  readonly #deleting = new Map<string, Promise<void>>();
  readonly #ringBudget: RingBudget;
  /** Loads under way, and whether their document was deleted meanwhile. */
  readonly #loads = new Map<string, { isCrossed: boolean }>();
  /** Counts deletions, so that a load notices one that it crossed. */
  #deletions = 0;
  readonly #directAdmission: DirectAdmissionContext;
  readonly #watch: GrantWatch;
  readonly #earlyAnswers = new EarlyAnswers();
  readonly #stopWatchingStore: () => void;

  constructor(options: CollaborationOptions) {
    this.#options = options;
    this.#hocuspocus = new QuireHocuspocus({
      extensions: [...options.extensions, this.#createExtension()],
      maxDocumentsPerSession: options.limits.maxDocumentsPerSession,
      mayUnload: (document) => this.#mayUnload(document.name),
    });
    const { limits, store } = options;
    this.#watch = new GrantWatch(options.clock);
    this.#ringBudget = { bytes: 0, maxBytes: limits.maxRingBytes };
    this.#sessionContext = {
      gate: createExtensionGate(this.#hocuspocus, {
        maxEntries: limits.maxPresenceEntries,
        maxStateBytes: limits.maxPresenceStateBytes,
      }),
      limits,
      store,
      log: options.log,
      meters: options.meters ?? null,
      watch: this.#watch,
      renewals: new GrantRenewals({
        authenticate: (document, token, origin) => this.#authenticate(document, token, origin),
        onRenewed: (connection, { expiresAt }) => this.#watch.watch(connection, expiresAt),
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
    return this.#owners.size;
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

  async edit(name: DocumentName, author: string, change: (document: Y.Doc) => void): Promise<void> {
    const endEntering = this.#noteEntering(name);
    let release: () => void = () => {};
    try {
      const owner = await this.#open(name);
      release = owner.hold();
      endEntering();
      const drafted = draftUpdate(owner.document, change);
      if (drafted === null) return;
      await ingestServerEdit(owner, author, drafted);
    } finally {
      endEntering();
      release();
    }
  }

  delete(name: DocumentName): Promise<void> {
    const underway = this.#deleting.get(name);
    if (underway !== undefined) return underway;
    this.#deletions += 1;
    const load = this.#loads.get(name);
    if (load !== undefined) load.isCrossed = true;
    this.#earlyAnswers.withdraw(name);
    const deletion = this.#delete(name).finally(() => this.#deleting.delete(name));
    this.#deleting.set(name, deletion);
    return deletion;
  }

  async settled(): Promise<void> {
    const busy = [...this.#owners.values()].filter((owner) => owner.isBusy);
    await Promise.all(busy.map((owner) => owner.settled()));
  }

  async close(): Promise<void> {
    this.#watch.close();
    this.#stopWatchingStore();
    await Promise.all([...this.#owners.values()].map((owner) => owner.drained()));
    for (const owner of [...this.#owners.values()]) this.#forget(owner);
    await this.#hocuspocus.hooks('onDestroy', { instance: this.#hocuspocus });
  }

  async #delete(name: DocumentName): Promise<void> {
    await this.#assertDeletable(name);
    const owner = this.#owners.get(name);
    if (owner !== undefined) {
      owner.evict(closeCodes.documentDeleted);
      await owner.drained();
      this.#forget(owner);
    }
    await this.#options.store.delete(name);
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
        connectionConfig.readOnly = !mayWrite(grant.role);
        return { grant };
      },
      onLoadDocument: ({ document }) => {
        const { clock, meters } = this.#options;
        return meters?.loads.time(clock, () => this.#load(document)) ?? this.#load(document);
      },
      connected: async ({ connection, context }) => {
        if (context.grant !== undefined) context.admission.connected(connection, context.grant);
      },
    };
  }

  /** @throws {Refusal} */
  async #authenticate(document: DocumentName, token: string, origin: SessionOrigin): Promise<Grant> {
    const request = {
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
  async #load(document: Document): Promise<void> {
    const { name } = document;
    if (!isDocumentName(name)) throw new Refusal(closeCodes.badDocumentName);
    const load = { isCrossed: false };
    this.#loads.set(name, load);
    try {
      const loaded = await this.#loadStored(name);
      load.isCrossed = false; // a deletion that was crossed until here is known to what was read
      takeOver(document);
      if (loaded !== null) this.#earlyAnswers.announce(name, loaded);
      if (loaded !== null) await loadInSlices(document, loaded, this.#options.log);
      passOnChanges(document, this.#hocuspocus);
      const storedTitle = await this.#readIndexedTitle(name);
      // What is in memory is of a life that has ended: the next attempt meets the new one (R14).
      if (load.isCrossed) throw new Refusal(closeCodes.loadFailed);
      const owner = this.#createOwner(name, document, loaded, storedTitle);
      this.#owners.set(name, owner);
      owner.start();
    } catch (error) {
      document.destroy();
      if (error instanceof Refusal) throw error;
      this.#options.log.error({ err: error, document: name }, 'a document could not be loaded');
      throw new Refusal(closeCodes.loadFailed, { cause: error });
    } finally {
      this.#loads.delete(name);
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
  ): DocumentOwner {
    const { store, clock, log, limits, maxJournalQueueBytes, meters = null, timer = systemFlushTimer } = this.#options;
    const mirrorsPresence = this.#hocuspocus.hasHook('onAwarenessUpdate');
    const owner = new DocumentOwner({
      name,
      epoch: loaded?.epoch ?? FIRST_EPOCH,
      tombstone: loaded?.tombstone == null ? new Map() : Y.decodeStateVector(loaded.tombstone),
      document,
      stored: loaded === null ? null : findOnlyPart(loaded),
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
      onIdle: () => void this.#unload(document),
      onBroken: () => {
        owner.evict(closeCodes.loadFailed);
        this.#forget(owner);
      },
      originOf: (batch) => originOf(batch),
      onPresence: (presence) => {
        if (mirrorsPresence) applyAwarenessUpdate(document.awareness, presence, { source: 'local' });
      },
    });
    // The owner ends with the document, in the same turn: somebody may open the name again before any later hook runs.
    document.once('destroy', () => {
      owner.close();
      if (this.#owners.get(name) === owner) this.#owners.delete(name);
    });
    return owner;
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

/** A document that is stored as one update; null when it is several. */
function findOnlyPart({ snapshot, entries }: LoadedDocument): Uint8Array | null {
  const [first, ...others] = entries.flatMap(({ updates }) => updates);
  if (first === undefined) return snapshot;
  return snapshot === null && others.length === 0 ? first.update : null;
}

function weighLoaded(loaded: LoadedDocument | null): OwnerOptions['storedBytes'] {
  let edits = 0;
  for (const entry of loaded?.entries ?? []) for (const { update } of entry.updates) edits += update.length;
  return { snapshot: loaded?.snapshot?.length ?? 0, edits };
}

/** Hooks learn of a connection only where a batch has a single one. */
function originOf(batch: readonly Submission[]): unknown {
  const connections = new Set(batch.map((submission) => submission.connection));
  const [only] = connections;
  if (connections.size === 1 && only?.state.kind === 'established') {
    return { source: 'connection', connection: only.state.hocuspocus };
  }
  return { source: 'local' };
}
