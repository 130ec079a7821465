import {
  type CloseCode,
  companionOf,
  type DocumentName,
  describeNameFault,
  findDocumentFault,
  findNameFault,
  type NameFault,
} from '@quire/protocol/wire';
import type { Client, ConnectOptions, Room } from './api.ts';
import type { ApiOptions } from './api-call.ts';
import { type Clock, systemClock } from './clock.ts';
import { createComments } from './comments.ts';
import { documentsWhenCalled } from './documents-when-called.ts';
import { resolveEndpoint } from './endpoint.ts';
import { type Environment, readEnvironment } from './environment.ts';
import { QuireError } from './errors.ts';
import { answersHttp, HttpSocket, type HttpSocketSurroundings } from './http-socket.ts';
import { createLeaveGuard } from './leave-guard.ts';
import { createLeftovers } from './leftovers.ts';
import { watchNetwork } from './network-watch.ts';
import { createOfferedDownload } from './offered-download.ts';
import { createParts } from './parts.ts';
import { createRestClient } from './rest-client.ts';
import { type OpenRoom, openRoom } from './room.ts';
import { type SaveCopy, saveAs } from './save-as.ts';
import { SharedSocket, type SharedSocketOptions, type SocketClass } from './shared-socket.ts';
import { TransportChoice } from './transport-choice.ts';

/** What tests replace. */
export interface Surroundings {
  readonly clock: Clock;
  readonly environment: Environment;
  /** In [0, 1). */
  readonly random: () => number;
}

/**
 * How long a room that everybody has left stays open for changes that are still unconfirmed, once this device keeps them.
 * Changes that are nowhere but in memory wait for as long as it takes.
 */
const LINGER_MS = 30_000;
/** A socket without rooms is kept for whoever goes from one document to the next. */
const SOCKET_REST_AFTER_MS = 5_000;

/**
 * @example
 * const client = connect({ url: 'ws://localhost:8080' });
 * const room = client.open('team/plan');
 * room.doc.getText('body').insert(0, 'Hello');
 * await room.whenSaved();
 */
export function connect(options: ConnectOptions = {}): Client {
  return connectIn({ clock: systemClock, environment: readEnvironment(), random: Math.random }, options);
}

interface HeldRoom {
  readonly room: OpenRoom;
  leases: number;
  cancelClosing: () => void;
}

/** As {@link connect}, in other surroundings. */
export function connectIn(surroundings: Surroundings, options: ConnectOptions): Client {
  const { clock, environment } = surroundings;
  const endpoint = resolveEndpoint(options.url, environment.location);
  const getToken = async (signal: AbortSignal) => options.getToken?.({ signal }) ?? options.token ?? '';
  // Called as a function of the page: a browser's own takes no other `this`.
  const ask: typeof fetch = (...request) => fetch(...request);
  const choice = new TransportChoice(options.transport ?? 'auto');
  const keepsCopies = (options.offline ?? true) && environment.hasIndexedDb;
  const rooms = new Map<string, HeldRoom>();
  let socket: SharedSocket | null = null;
  let cancelRest = () => {};
  let closed = false;

  const all = () => [...rooms.values()].map((held) => held.room);
  const guard = createLeaveGuard(environment, () => all().some((room) => room.wouldLose()));

  /** @throws {QuireError} `no-websocket`, unless none is asked for */
  const findSockets = (): SharedSocketOptions['sockets'] => {
    const http = httpSocketsIn({ ...surroundings, fetch: ask });
    return { websocket: options.transport === 'http' ? http : (options.WebSocket ?? findWebSocket()), http };
  };

  const onLost = (close: CloseCode) => {
    const blamed = findBlamed(close, all());
    for (const room of all()) room.lost(close, blamed.has(room));
  };

  const openSocket = (document: string): SharedSocket => {
    socket ??= new SharedSocket({
      ...surroundings,
      url: endpoint.socketUrl,
      choice,
      sockets: findSockets(),
      answersHttp: (url) => answersHttp(url, { clock, fetch: ask }),
      isAwaiting: () => all().some((room) => room.isAwaiting()),
      onLost,
    });
    cancelRest();
    socket.start(document);
    return socket;
  };

  const networkChanged = () => {
    for (const room of all()) room.networkChanged();
  };
  let stopListening: readonly (() => void)[] = [];
  // With the first room: a client that opens none holds nothing, and whoever made it may forget it.
  const listen = () => [
    watchNetwork(surroundings, (isOnline) => {
      // Before the socket: what it says about a lost connection depends on it.
      networkChanged();
      if (isOnline) socket?.retryNow({ networkChanged: true });
      else socket?.interrupt();
    }),
    // A page that is being hidden has nobody who waits for it.
    environment.listen('visibilitychange', () => {
      if (environment.isVisible()) socket?.retryNow();
    }),
    // A page that comes back from the browser's cache had said goodbye.
    environment.listen('pageshow', (event) => {
      if ((event as PageTransitionEvent).persisted) for (const room of all()) room.appear();
      socket?.retryNow();
    }),
  ];

  /** A socket that no room can use would be opened and refused, or kept open, for nobody. */
  const restUnlessNeeded = () => {
    cancelRest();
    if (!all().every((room) => room.isOver())) return;
    // Never within the frame that ended the last room: what is still to be said on the socket leaves first.
    const delayMs = rooms.size === 0 ? SOCKET_REST_AFTER_MS : 0;
    cancelRest = clock.schedule(() => socket?.rest(), delayMs);
  };

  const closeRoom = (held: HeldRoom) => {
    held.cancelClosing();
    if (rooms.get(held.room.name) === held) rooms.delete(held.room.name);
    held.room.close();
    guard.arm(all().some((room) => room.hasUnsaved()));
    restUnlessNeeded();
  };

  /** Everybody has left: whoever looks at the document sees it at once; what is unconfirmed gets its chance. */
  const wind = (held: HeldRoom) => {
    if (!held.room.isWorthWaitingFor()) {
      closeRoom(held);
      return;
    }
    held.room.disappear();
    const patience = new AbortController();
    let cancelTimer = () => {};
    const linger = () => {
      cancelTimer = clock.schedule(() => (held.room.wouldLose() ? linger() : patience.abort()), LINGER_MS);
    };
    linger();
    const finish = () => {
      cancelTimer();
      if (held.leases === 0 && rooms.get(held.room.name) === held) closeRoom(held);
    };
    held.cancelClosing = () => {
      cancelTimer();
      patience.abort();
    };
    held.room.whenSaved(patience.signal).then(finish, finish);
  };

  const api: ApiOptions = {
    baseUrl: endpoint.httpUrl,
    getToken,
    clock,
    fetch: ask,
  };
  const parts = createParts(surroundings);

  /** Where the comments on a document are. */
  const openCompanion = (name: string): Room => {
    const fault = findDocumentFault(name);
    if (fault !== null) throw badName(fault);
    return open(companionOf(name as DocumentName, 'comments'));
  };

  const saveCopy: SaveCopy = (source, formerName, saving) => saveAs(source, formerName, open, saving);

  const lease = (held: HeldRoom): Room => {
    const { room } = held;
    const { comments, leave: leaveComments } = createComments({
      document: room.name,
      open: () => openCompanion(room.name),
      api,
      part: parts.calls,
      findGuest: () => room.awareness.getLocalState()?.user?.name,
      async whenTextSaved(signal) {
        if (room.hasUnsaved()) await room.whenSaved(signal);
      },
    });
    let left = false;
    held.leases += 1;
    return {
      name: room.name,
      doc: room.doc,
      awareness: room.awareness,
      presence: room.presence,
      status: room.status,
      saved: room.saved,
      userId: room.userId,
      events: room.events,
      comments,
      whenSaved: ({ signal } = {}) => room.whenSaved(signal),
      whenLoaded: ({ signal } = {}) => room.whenLoaded(signal),
      async saveAs(saving) {
        const name = await saveCopy(room.doc, room.name, saving);
        await room.noteSavedElsewhere();
        return name;
      },
      leave() {
        if (left) return;
        left = true;
        leaveComments();
        held.leases -= 1;
        // Not at once: a component that is mounted again in the same moment finds its room as it was.
        if (held.leases === 0) held.cancelClosing = clock.schedule(() => wind(held), 0);
      },
    };
  };

  const open = (name: string): Room => {
    if (closed) throw new QuireError('client-closed', 'This client was closed.');
    const fault = findNameFault(name);
    if (fault !== null) throw badName(fault);
    const held = rooms.get(name);
    // Nobody looks at a room that is over any more: whoever opens the name now gets what lives under it today.
    if (held?.leases === 0 && held.room.isOver()) closeRoom(held);
    else if (held !== undefined) {
      held.cancelClosing();
      if (held.room.awareness.getLocalState() === null) held.room.appear();
      return lease(held);
    }
    const shared = openSocket(name);
    if (stopListening.length === 0) stopListening = listen();
    const room = openRoom(name, {
      ...surroundings,
      socket: shared,
      server: endpoint.socketUrl,
      offline: keepsCopies,
      getToken,
      renewsTokens: options.getToken !== undefined,
      createDownload: (onProgress) =>
        createOfferedDownload(
          {
            url: `${endpoint.httpUrl}/v1/documents/${encodeURIComponent(name)}/state`,
            clock,
            fetch: ask,
            onProgress,
          },
          parts.calls,
        ),
      // While there is a network, and the files of the deployment that the page is from. `rest` is too large for that.
      onLoaded: () => parts.calls.fetchAhead(),
      onUnsavedChanged: () => guard.arm(all().some((one) => one.hasUnsaved())),
      onOver: restUnlessNeeded,
    });
    const fresh: HeldRoom = { room, leases: 0, cancelClosing: () => {} };
    rooms.set(name, fresh);
    return lease(fresh);
  };

  return {
    documents: documentsWhenCalled(api, parts.calls),
    api: createRestClient(api, parts),
    leftovers: createLeftovers({ server: keepsCopies ? endpoint.socketUrl : null, saveCopy }),
    open: open as Client['open'], // what events are called is between those who send them
    close() {
      if (closed) return;
      closed = true;
      for (const held of [...rooms.values()]) closeRoom(held);
      for (const stop of stopListening) stop();
      guard.close();
      cancelRest();
      socket?.stop();
    },
  };
}

function badName(fault: NameFault): QuireError {
  return new QuireError('bad-document-name', `Not a document name: ${describeNameFault(fault)}.`);
}

function findWebSocket(): SocketClass {
  if (globalThis.WebSocket) return WebSocket;
  throw new QuireError(
    'no-websocket',
    "No WebSocket, as in Node before 22: give connect one, of the package ws, or transport: 'http'.",
  );
}

function httpSocketsIn(surroundings: HttpSocketSurroundings): SocketClass {
  return class extends HttpSocket {
    constructor(url: string) {
      super(url, surroundings);
    }
  };
}

/**
 * A close of the shared socket names a fault, not a document. It concerns the rooms that had something to say; a refusal
 * of nobody in particular concerns them all, or the socket would be opened and refused for ever.
 */
function findBlamed(close: CloseCode, rooms: readonly OpenRoom[]): ReadonlySet<OpenRoom> {
  const suspects = rooms.filter((room) => room.isSuspect());
  if (suspects.length === 0 && close.retry === 'never') return new Set(rooms);
  return new Set(suspects);
}
