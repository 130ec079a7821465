import { describe, expect, it } from 'vitest';
import { TransportChoice } from './transport-choice.ts';

const MINUTE_MS = 60_000;

/** What has been chosen after WebSockets were found to be blocked, at moment 0. */
function blocked(): TransportChoice {
  const choice = new TransportChoice('auto');
  expect(choice.next(0)).toBe('websocket');
  expect(choice.failed(0)).toBe('ask');
  choice.httpAnswered();
  expect(choice.next(0)).toBe('websocket');
  expect(choice.failed(0)).toBe('switch');
  expect(choice.next(0)).toBe('http');
  return choice;
}

describe('the way to the server', () => {
  it('is plain HTTP once that works and a WebSocket does not', () => {
    blocked();
  });

  it('stays a WebSocket while nothing works: a server that is away sends nobody another way', () => {
    const choice = new TransportChoice('auto');
    for (let attempt = 0; attempt < 20; attempt += 1) {
      expect(choice.next(attempt)).toBe('websocket');
      expect(choice.failed(attempt)).toBe('ask');
    }
  });

  it('stays a WebSocket when one works after all', () => {
    const choice = new TransportChoice('auto');
    choice.failed(0);
    choice.httpAnswered();
    expect(choice.isDoubtful).toBe(true);
    choice.worked();
    expect(choice.isDoubtful).toBe(false);
    expect(choice.failed(0)).toBe('ask');
  });

  it('is tried as a WebSocket again after some minutes, once', () => {
    const choice = blocked();
    expect(choice.next(4 * MINUTE_MS)).toBe('http');
    expect(choice.next(5 * MINUTE_MS)).toBe('websocket');
    expect(choice.failed(5 * MINUTE_MS)).toBe('switch');
    expect(choice.next(9 * MINUTE_MS)).toBe('http');
    expect(choice.next(10 * MINUTE_MS)).toBe('websocket');
    choice.worked();
    expect(choice.next(99 * MINUTE_MS)).toBe('websocket');
  });

  it('stays plain HTTP through a restart, once the server was heard on that', () => {
    const choice = blocked();
    choice.worked();
    for (let attempt = 0; attempt < 20; attempt += 1) {
      expect(choice.failed(attempt)).toBe('ask');
      expect(choice.next(attempt)).toBe('http');
    }
    // Not even when it is time for a WebSocket: everybody is to be back soon.
    expect(choice.next(5 * MINUTE_MS, true)).toBe('http');
    expect(choice.next(5 * MINUTE_MS)).toBe('websocket');
    expect(choice.failed(5 * MINUTE_MS)).toBe('switch');
    expect(choice.failed(5 * MINUTE_MS)).toBe('ask');
    expect(choice.next(5 * MINUTE_MS)).toBe('http');
  });

  it('is doubted as plain HTTP when that fails again and again though plain requests are answered', () => {
    const choice = blocked();
    choice.worked();
    const failAnswered = () => {
      expect(choice.failed(1)).toBe('ask');
      choice.httpAnswered();
    };
    failAnswered();
    failAnswered();
    choice.worked();
    failAnswered();
    failAnswered();
    expect(choice.next(1)).toBe('http');
    failAnswered();
    expect(choice.next(1)).toBe('websocket');
    expect(choice.failed(1)).toBe('switch');
  });

  it('is tried as a WebSocket again on another network, and when HTTP fails that never worked', () => {
    for (const change of [
      (choice: TransportChoice) => choice.networkChanged(),
      (choice: TransportChoice) => expect(choice.failed(1)).toBe('stay'),
    ]) {
      const choice = blocked();
      change(choice);
      expect(choice.next(1)).toBe('websocket');
      expect(choice.failed(1)).toBe('ask');
    }
  });

  it.each(['websocket', 'http'] as const)('is %s, whatever happens, for whoever wants that', (wish) => {
    const choice = new TransportChoice(wish);
    for (let attempt = 0; attempt < 3; attempt += 1) {
      expect(choice.next(attempt * 10 * MINUTE_MS)).toBe(wish);
      expect(choice.failed(0)).toBe('stay');
      choice.httpAnswered();
      expect(choice.mayChange).toBe(false);
      expect(choice.isDoubtful).toBe(false);
    }
  });
});
