import { type Configuration, type Document, type Extension, Hocuspocus, type HookName } from '@hocuspocus/server';

type ClientConnection = ReturnType<Hocuspocus['handleConnection']>;

/** Longer than any process lives, and short enough for a timer. */
const NEVER_MS = 2 ** 31 - 1;

/** Hooks that Hocuspocus fills with promises that do nothing; every call would pay for them. */
const defaultHooks = [
  'onConfigure',
  'onListen',
  'onUpgrade',
  'onConnect',
  'connected',
  'beforeHandleMessage',
  'afterHandleMessage',
  'beforeHandleAwareness',
  'beforeSync',
  'beforeBroadcastStateless',
  'onStateless',
  'onChange',
  'onCreateDocument',
  'onLoadDocument',
  'onStoreDocument',
  'afterStoreDocument',
  'onAwarenessUpdate',
  'onRequest',
  'onDisconnect',
  'onDestroy',
] as const satisfies readonly HookName[];

export interface QuireHocuspocusOptions {
  readonly extensions: readonly Extension[];
  readonly maxDocumentsPerSession: number;
  /** Whether a document may leave memory now. Asked again right before it does. */
  mayUnload(document: Document): boolean;
}

/**
 * Hocuspocus as a library: handshake, step 1, stateless messages, hooks, and its document class. Its own ways of
 * storing, broadcasting, timing out and unloading are switched off: the document owner has them.
 */
export class QuireHocuspocus extends Hocuspocus {
  readonly #mayUnload: (document: Document) => boolean;
  readonly #hooked: ReadonlySet<HookName>;

  constructor(options: QuireHocuspocusOptions) {
    const withoutDefaults = Object.fromEntries(defaultHooks.map((name) => [name, undefined])) as Partial<Configuration>;
    super();
    this.#mayUnload = options.mayUnload;
    this.#hooked = new Set(options.extensions.flatMap(hookNamesOf));
    this.configuration.extensions = [];
    this.configure({
      ...withoutDefaults,
      extensions: [...options.extensions],
      quiet: true,
      timeout: NEVER_MS,
      flushDelay: NEVER_MS,
      flushMaxBytes: Number.MAX_SAFE_INTEGER,
      unloadImmediately: true,
      maxPendingDocuments: options.maxDocumentsPerSession,
    });
  }

  /** Whether any extension listens to this hook. */
  hasHook(name: HookName): boolean {
    return this.#hooked.has(name);
  }

  /** R6: Hocuspocus counts established connections only; the owner knows who is on the way in, and what is unflushed. */
  override shouldUnloadDocument(document: Document): boolean {
    return super.shouldUnloadDocument(document) && this.#mayUnload(document);
  }
}

/**
 * Takes over what a Hocuspocus document does by itself. It broadcasts every update and awareness change from handlers
 * that it installs in its constructor: with them, everything would be sent twice.
 */
export function takeOver(document: Document): void {
  document._observers.delete('update');
  document.awareness._observers.delete('update');
  clearInterval(document.awareness._checkInterval);
}

/** Calls the hooks on changes again, where an extension has them. */
export function passOnChanges(document: Document, hocuspocus: QuireHocuspocus): void {
  if (!hocuspocus.hasHook('onChange') && !hocuspocus.hasHook('onStoreDocument')) return;
  document.on('update', (update: Uint8Array, origin: unknown) => document.callbacks.onUpdate(document, origin, update));
}

/**
 * Hocuspocus keeps the connections of a socket in plain objects, in which a document called `constructor` seems to be
 * there already (R8), and starts a timer per socket, whose work the gateway does.
 */
export function harden(client: ClientConnection): void {
  clearInterval(client.pingInterval);
  const fields = client as unknown as Record<string, object>;
  for (const name of ['documentConnections', 'incomingMessageQueue', 'incomingMessageQueueBytes', 'hookPayloads']) {
    const record = fields[name];
    if (record === undefined) throw new Error(`@hocuspocus/server no longer has ClientConnection.${name}`);
    Object.setPrototypeOf(record, null);
  }
}

/** The hooks that an extension has. */
export function hookNamesOf(extension: Extension): HookName[] {
  const names: HookName[] = [];
  const every: HookName[] = [...defaultHooks, 'onAuthenticate', 'onTokenSync', 'afterLoadDocument'];
  for (const name of every) if (typeof extension[name] === 'function') names.push(name);
  return names;
}
