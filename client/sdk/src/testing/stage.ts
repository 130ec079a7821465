import type * as Y from 'yjs';
import type { Client, ConnectOptions, Room } from '../api.ts';
import { type Clock, systemClock } from '../clock.ts';
import { connectIn } from '../connect.ts';
import { createFakeEnvironment, type FakeEnvironment } from './fake-environment.ts';
import { FakePeer } from './fake-peer.ts';

export interface Stage {
  readonly peer: FakePeer;
  /** A client of its own, in a page of its own. */
  connect(options?: StageOptions): Client & { readonly environment: FakeEnvironment };
  /** The text that the peer has of a document. */
  savedText(name?: string): string;
  close(): Promise<void>;
}

export interface StageOptions extends ConnectOptions {
  readonly clock?: Clock;
  readonly environment?: FakeEnvironment;
  /** In [0, 1); left out: the soonest of all reconnects. */
  readonly random?: () => number;
}

/** A peer and the clients of one test; closes them all. */
export async function openStage(): Promise<Stage> {
  const peer = await FakePeer.start();
  const clients: Client[] = [];
  return {
    peer,
    connect({ clock = systemClock, environment = createFakeEnvironment(), random = () => 0, ...options } = {}) {
      const client = connectIn({ clock, environment, random }, { url: peer.url, ...options });
      clients.push(client);
      return { ...client, environment };
    },
    savedText: (name = 'plan') => peer.document(name).getText('body').toString(),
    async close() {
      for (const client of clients) client.close();
      await peer.stop();
    },
  };
}

export function textOf(room: Room): Y.Text {
  return room.doc.getText('body');
}

/** Writes at the end of a room's text. */
export function type(room: Room, text: string): void {
  textOf(room).insert(textOf(room).length, text);
}
