import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Client } from '../api.ts';
import { ManualClock } from '../testing/manual-clock.ts';
import { openStage, type Stage, type } from '../testing/stage.ts';
import { untilTrue } from '../testing/until.ts';
import { borrowClient, createClientSource } from './client-source.ts';

let stage: Stage;

beforeEach(async () => {
  stage = await openStage();
});

afterEach(async () => {
  await stage.close();
});

/** A source on a clock of its own, and the clients that it has made. */
function openSource() {
  const clock = new ManualClock();
  const made: Client[] = [];
  const source = createClientSource(() => {
    const client = stage.connect();
    made.push(client);
    return client;
  }, clock);
  return { clock, made, source };
}

const isClosed = (client: Client | undefined) => {
  try {
    client?.open('other').leave();
    return false;
  } catch {
    return true;
  }
};

describe('the client of a provider', () => {
  it('is made when it is first asked for, and is one', () => {
    const { made, source } = openSource();
    source.hold();
    expect(made).toHaveLength(0);
    expect(source.get()).toBe(source.get());
    expect(made).toHaveLength(1);
  });

  it('holds nothing before a room is open: one that a render made and nobody saw is forgotten', () => {
    const client = stage.connect();
    expect(client.environment.countListeners()).toBe(0);
    client.open('plan');
    expect(client.environment.countListeners()).toBeGreaterThan(0);
  });

  it('outlives those who let go and hold it again in the same moment', () => {
    const { clock, made, source } = openSource();
    const letGo = source.hold();
    source.get();
    letGo();
    letGo();
    source.hold();
    clock.advance(1_000);
    expect([isClosed(made[0]), made.length]).toEqual([false, 1]);
  });

  it('is closed once nobody holds it, and made anew for who comes back', async () => {
    const { clock, made, source } = openSource();
    const letGo = source.hold();
    source.open('plan');
    letGo();
    clock.advance(0);
    await untilTrue(() => isClosed(made[0]));
    source.hold();
    source.open('plan');
    expect([isClosed(made[1]), made.length]).toEqual([false, 2]);
  });

  it('[G1] waits for what was written in a room that is left, and is then closed', async () => {
    const { clock, made, source } = openSource();
    const letGo = source.hold();
    stage.peer.holdsReceipts = true;
    const room = source.open('plan');
    type(room, 'precious');
    room.leave();
    letGo();
    clock.advance(60_000);
    await untilTrue(() => stage.peer.heldReceipts > 0 && stage.savedText() === 'precious');
    expect(isClosed(made[0])).toBe(false);
    stage.peer.releaseReceipts();
    await untilTrue(() => isClosed(made[0]));
  });

  it('[G1] waits for what is written in the moment after a room was left, and in one that nobody has left', async () => {
    const { clock, made, source } = openSource();
    const letGo = source.hold();
    stage.peer.holdsReceipts = true;
    const [left, kept] = [source.open('plan'), source.get().open('diary')];
    await Promise.all([left.whenLoaded(), kept.whenLoaded()]);
    letGo();
    left.leave();
    type(left, 'precious');
    clock.advance(60_000);
    await untilTrue(() => stage.savedText() === 'precious');
    expect(isClosed(made[0])).toBe(false);
    type(kept, 'dear');
    stage.peer.releaseReceipts();
    await left.whenSaved();
    await untilTrue(() => stage.savedText('diary') === 'dear');
    expect(isClosed(made[0])).toBe(false);
    stage.peer.releaseReceipts();
    await untilTrue(() => isClosed(made[0]));
  });

  it('that somebody else has made is theirs to close', () => {
    const client = stage.connect();
    const source = borrowClient(client);
    source.hold()();
    expect([source.get(), isClosed(client)]).toEqual([client, false]);
  });
});
