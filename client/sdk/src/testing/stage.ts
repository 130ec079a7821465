import type { Client, ConnectOptions } from '../api.ts';
import { type Clock, systemClock } from '../clock.ts';
import { connectIn } from '../connect.ts';
import { createFakeEnvironment, type FakeEnvironment } from './fake-environment.ts';
import { FakePeer } from './fake-peer.ts';

export interface Stage {
  readonly peer: FakePeer;
  /** A client of its own, in a page of its own. */
  connect(options?: StageOptions): Client & { readonly environment: FakeEnvironment };
  close(): Promise<void>;
}

export interface StageOptions extends ConnectOptions {
  readonly clock?: Clock;
  readonly environment?: FakeEnvironment;
}

/** A peer and the clients of one test; closes them all. */
export async function openStage(): Promise<Stage> {
  const peer = await FakePeer.start();
  const clients: Client[] = [];
  return {
    peer,
    connect({ clock = systemClock, environment = createFakeEnvironment(), ...options } = {}) {
      const client = connectIn({ clock, environment, random: () => 0 }, { url: peer.url, ...options });
      clients.push(client);
      return { ...client, environment };
    },
    async close() {
      for (const client of clients) client.close();
      await peer.stop();
    },
  };
}
