import type { Connection } from '@hocuspocus/server';
import {
  type ClientFrame,
  encodeHocuspocusFrame,
  encodePresence,
  type PresenceEntry,
  type PresenceLimits,
  syncTypes,
} from '@quire/protocol';
import { LEFT } from './presence.ts';
import { readPresence } from './presence-intake.ts';
import type { QuireHocuspocus } from './quire-hocuspocus.ts';

export type GatedFrame = Extract<ClientFrame, { kind: 'update' | 'step-2' | 'presence' }>;

/** Lets extensions see a frame that would otherwise never reach Hocuspocus. */
export interface ExtensionGate {
  /**
   * Resolves with the frame as the hooks left it. Rejects when one of them refuses it, and with a `FrameError` when it is
   * presence that is malformed.
   */
  admit(connection: Connection, frame: GatedFrame, limits: PresenceLimits): Promise<GatedFrame>;
  after(connection: Connection, frame: GatedFrame): Promise<void>;
}

const gatedHooks = ['beforeHandleMessage', 'afterHandleMessage', 'beforeSync', 'beforeHandleAwareness'] as const;

/** Null, and nothing is paid for, when no extension has a hook on messages. */
export function createExtensionGate(hocuspocus: QuireHocuspocus): ExtensionGate | null {
  if (!gatedHooks.some((name) => hocuspocus.hasHook(name))) return null;
  return {
    async admit(connection, frame, limits) {
      await connection.callbacks.beforeHandleMessage(connection, bytesOf(connection, frame));
      if (frame.kind === 'presence')
        return { kind: 'presence', presence: await admitPresence(connection, frame, limits) };
      const type = frame.kind === 'update' ? syncTypes.update : syncTypes.step2;
      await connection.callbacks.beforeSync(connection, { type, payload: frame.update });
      return frame;
    },
    async after(connection, frame) {
      await connection.callbacks.afterHandleMessage(connection, bytesOf(connection, frame));
    },
  };
}

function bytesOf(connection: Connection, frame: GatedFrame): Uint8Array {
  return encodeHocuspocusFrame(connection.messageAddress, frame);
}

/** Hooks see, and may change, the states that are not removals, as a map by client id. */
async function admitPresence(
  connection: Connection,
  frame: Extract<GatedFrame, { kind: 'presence' }>,
  limits: PresenceLimits,
): Promise<Uint8Array> {
  const said = readPresence(frame.presence, limits);
  const states = new Map<number, Record<string, unknown>>();
  for (const { entry, state } of said) if (state !== null) states.set(entry.clientId, { ...state });
  await connection.document.callbacks.beforeHandleAwareness(connection.document, states, {
    source: 'connection',
    connection,
  });
  const clocks = new Map(said.map(({ entry }) => [entry.clientId, entry.clock]));
  const removals = said.flatMap(({ entry, state }) => (state === null ? { ...entry, state: LEFT } : []));
  const kept: PresenceEntry[] = [...states].map(([clientId, state]) => ({
    clientId,
    clock: clocks.get(clientId) ?? 0,
    state: JSON.stringify(state),
  }));
  return encodePresence([...removals, ...kept]);
}
