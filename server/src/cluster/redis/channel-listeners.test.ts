import { describe, expect, it } from 'vitest';
import { CHANNELS_AT_ONCE, ChannelListeners, type HearingLine, type HearMessage } from './channel-listeners.ts';

/** A line that answers when it is told to. */
class HandLine implements HearingLine {
  readonly subscribed: string[] = [];
  readonly unsubscribed: string[] = [];
  #waiting: (() => void)[] = [];

  subscribe(channel: string): Promise<void> {
    this.subscribed.push(channel);
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  async unsubscribe(channel: string): Promise<void> {
    this.unsubscribed.push(channel);
  }

  onMessage(): void {}

  get waiting(): number {
    return this.#waiting.length;
  }

  async answer(): Promise<void> {
    for (const resolve of this.#waiting.splice(0)) resolve();
    await turn();
  }
}

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
const ignore: HearMessage = () => {};
const openListeners = (): ChannelListeners => new ChannelListeners(false, () => expect.fail('a line failed'));

describe('who listens on channels', () => {
  it('[G4] and stops before Redis is there leaves nothing, and does not wait for it', async () => {
    const listeners = openListeners();
    for (let round = 0; round < 500; round += 1) {
      const leaving = new AbortController();
      const listening = listeners.listen(`plan-${round % 50}`, ignore, leaving.signal);
      leaving.abort();
      (await listening)();
    }
    const line = new HandLine();
    await listeners.attach(line);
    expect(line.subscribed).toEqual([]);
  });

  it('stops for itself alone', async () => {
    const listeners = openListeners();
    const leaving = new AbortController();
    const gone = listeners.listen('plan', ignore, leaving.signal);
    const staying = listeners.listen('plan', ignore);
    leaving.abort();
    await gone;
    const line = new HandLine();
    const attached = listeners.attach(line);
    await line.answer();
    await attached;
    listeners.confirm();
    const stop = await staying;
    expect([line.subscribed, line.unsubscribed]).toEqual([['plan'], []]);
    stop();
    expect(line.unsubscribed).toEqual(['plan']);
  });

  it('is not subscribed for once told that nobody wants to', async () => {
    const listeners = openListeners();
    const line = new HandLine();
    await listeners.attach(line);
    await listeners.listen('plan', ignore, AbortSignal.abort());
    expect(line.subscribed).toEqual([]);
  });

  it('[G4] is subscribed for a thousand at a time, and not if they went meanwhile', async () => {
    const listeners = openListeners();
    const leaving = new AbortController();
    for (let index = 0; index < 2 * CHANNELS_AT_ONCE; index += 1) void listeners.listen(`plan-${index}`, ignore);
    const gone = listeners.listen('gone', ignore, leaving.signal);
    const line = new HandLine();
    const attached = listeners.attach(line);
    expect(line.waiting).toBe(CHANNELS_AT_ONCE);
    leaving.abort();
    await gone;
    await line.answer();
    expect(line.waiting).toBe(CHANNELS_AT_ONCE);
    await line.answer();
    await attached;
    expect(new Set(line.subscribed).size).toBe(2 * CHANNELS_AT_ONCE);
    expect(line.subscribed).not.toContain('gone');
  });

  it('waits for a new line only where it has not been heard before', async () => {
    const listeners = openListeners();
    const first = new HandLine();
    await listeners.attach(first);
    listeners.confirm();
    const listening = listeners.listen('plan', ignore);
    await first.answer();
    await listening;
    listeners.detach();
    let isHeard = false;
    const later = listeners.listen('plan', ignore).then(() => {
      isHeard = true;
    });
    await turn();
    expect(isHeard).toBe(false);
    const second = new HandLine();
    const attached = listeners.attach(second);
    await second.answer();
    await attached;
    listeners.confirm();
    await later;
    expect(second.subscribed).toEqual(['plan']);
  });
});
