import { converged, isSameState, joinWithHocuspocus, joinWithYWebsocket, until } from '@quire/testing';
import * as Y from 'yjs';
import { applyEdit, type Script } from './script.ts';

/** Somebody in a play: their document, and how they come and go. */
interface Player {
  readonly doc: Y.Doc;
  /** Its handshake is over. */
  readonly isIn: boolean;
  /** Its connection is gone. */
  readonly isOut: boolean;
  leave(): void;
  return(): void;
  drop(): void;
  /** For good. */
  end(): void;
}

export interface Performance {
  /** What everybody has in the end. */
  readonly doc: Y.Doc;
  /** Edits that changed something. */
  readonly changes: number;
  readonly reconnects: number;
}

/** How the players of a script are connected: each with a provider of either dialect, or with none at all. */
export type Casting = 'hocuspocus' | 'y-websocket' | 'mixed';

/** The same clients in every performance, since ties between concurrent edits are broken by them. */
const FIRST_CLIENT_ID = 1000;

/** Plays a script against a real server. But for leaves, what happens between two `settle`s happens in one turn: nobody hears anything. */
export async function perform(script: Script, casting: Casting, wsUrl: string, document: string): Promise<Performance> {
  const players = Array.from({ length: script.actors }, (_, actor) =>
    dialectOf(casting, actor) === 'hocuspocus'
      ? enterWithHocuspocus(wsUrl, document, FIRST_CLIENT_ID + actor)
      : enterWithYWebsocket(wsUrl, document, FIRST_CLIENT_ID + actor),
  );
  // Somebody who is always there, of the other dialect: what it has, the server has.
  const witness =
    casting === 'hocuspocus' ? enterWithYWebsocket(wsUrl, document, 1) : enterWithHocuspocus(wsUrl, document, 1);
  try {
    return await play(script, players, async (present) => {
      await until(() => [witness, ...present].every((player) => player.isIn), { what: 'not everybody is in' });
      const docs = Object.fromEntries(present.map((player) => [`client ${player.doc.clientID}`, player.doc]));
      if (present.length > 0) await converged({ 'the witness': witness.doc, ...docs });
    });
  } finally {
    for (const player of [...players, witness]) player.end();
  }
}

/** The same without any server: documents that hand each other everything whenever they settle. */
export async function performAlone(script: Script): Promise<Performance> {
  const players = Array.from({ length: script.actors }, (_, actor): Player => {
    const doc = new Y.Doc();
    doc.clientID = FIRST_CLIENT_ID + actor;
    return { doc, isIn: true, isOut: true, leave() {}, return() {}, drop() {}, end() {} };
  });
  // As with a server: who is here alone can still leave what it wrote behind.
  const shared = new Y.Doc();
  return play(script, players, async (present) => {
    for (const { doc } of present) Y.applyUpdate(shared, Y.encodeStateAsUpdate(doc));
    for (const { doc } of present) Y.applyUpdate(doc, Y.encodeStateAsUpdate(shared));
  });
}

async function play(
  script: Script,
  players: readonly Player[],
  settle: (present: readonly Player[]) => Promise<void>,
): Promise<Performance> {
  const away = new Set<Player>();
  let [changes, reconnects] = [0, 0];
  await settle(players);
  for (const step of script.steps) {
    if (step.kind === 'settle') {
      await settle(players.filter((player) => !away.has(player)));
      continue;
    }
    const player = players[step.actor];
    if (player === undefined) throw new RangeError(`there is no actor ${step.actor}`);
    switch (step.kind) {
      case 'edits':
        for (const edit of step.edits) if (applyEdit(player.doc, edit)) changes += 1;
        break;
      case 'leave':
        player.leave();
        away.add(player);
        await until(() => player.isOut, { what: `client ${player.doc.clientID} has not left` });
        break;
      case 'return':
        player.return();
        away.delete(player);
        reconnects += 1;
        break;
      case 'drop':
        player.drop();
        reconnects += 1;
        break;
      default:
        step satisfies never;
    }
  }
  const [first] = players;
  if (first === undefined) throw new RangeError('a script needs an actor');
  return { doc: first.doc, changes, reconnects };
}

function dialectOf(casting: Casting, actor: number): 'hocuspocus' | 'y-websocket' {
  if (casting !== 'mixed') return casting;
  return actor % 2 === 0 ? 'hocuspocus' : 'y-websocket';
}

function enterWithHocuspocus(wsUrl: string, document: string, clientId: number): Player {
  const doc = docOf(clientId);
  const { provider, socket, leave } = joinWithHocuspocus(wsUrl, document, { doc });
  return {
    doc,
    get isIn() {
      return provider.synced && isOpen(socket.webSocket);
    },
    get isOut() {
      return socket.webSocket === null;
    },
    leave: () => socket.disconnect(),
    return: () => void socket.connect(),
    drop: () => terminate(socket.webSocket),
    end: leave,
  };
}

function enterWithYWebsocket(wsUrl: string, document: string, clientId: number): Player {
  const doc = docOf(clientId);
  const { provider, leave } = joinWithYWebsocket(wsUrl, document, { doc });
  return {
    doc,
    get isIn() {
      return provider.synced && isOpen(provider.ws);
    },
    get isOut() {
      return provider.ws === null;
    },
    leave: () => provider.disconnect(),
    return: () => provider.connect(),
    drop: () => terminate(provider.ws),
    end: leave,
  };
}

/** What a provider says of itself lags behind its socket. */
function isOpen(socket: { readonly readyState: number } | null): boolean {
  return socket?.readyState === 1;
}

/** The providers know the browser's class; what they hold is the one of `ws`, which can be ended without a goodbye. Null: lost already. */
function terminate(socket: unknown): void {
  (socket as { terminate(): void } | null)?.terminate();
}

function docOf(clientId: number): Y.Doc {
  const doc = new Y.Doc();
  doc.clientID = clientId;
  return doc;
}

/** What a document shows, whatever its bytes are. */
export function show(doc: Y.Doc): unknown {
  return {
    body: doc.getText('body').toDelta(),
    items: doc.getArray('items').toJSON(),
    keys: doc.getMap('keys').toJSON(),
    default: doc.getXmlFragment('default').toString(),
  };
}

/** The document as somebody finds it who comes when everybody is gone. */
export async function readAfterwards(wsUrl: string, document: string, expected: Y.Doc): Promise<Y.Doc> {
  const reader = joinWithYWebsocket(wsUrl, document);
  try {
    await until(() => reader.provider.synced && isSameState(reader.doc, expected), {
      what: `${document} is not found as it was left`,
    });
    return reader.doc;
  } finally {
    reader.leave();
  }
}
