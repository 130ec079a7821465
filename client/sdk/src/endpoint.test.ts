import { describe, expect, it } from 'vitest';
import { resolveEndpoint } from './endpoint.ts';

describe('the server’s address', () => {
  it.each([
    ['ws://localhost:8080/collab', 'ws://localhost:8080/collab', 'http://localhost:8080'],
    ['wss://docs.example.org/collab/', 'wss://docs.example.org/collab', 'https://docs.example.org'],
    ['wss://docs.example.org', 'wss://docs.example.org/collab', 'https://docs.example.org'],
    ['ws://h/live/collab?region=eu', 'ws://h/live/collab?region=eu', 'http://h/live'],
    ['ws://[::1]:8080/collab', 'ws://[::1]:8080/collab', 'http://[::1]:8080'],
  ])('%s', (url, socketUrl, httpUrl) => {
    expect(resolveEndpoint(url, null)).toEqual({ socketUrl, httpUrl });
  });

  it('is the page’s own when none is given', () => {
    expect(resolveEndpoint(undefined, { protocol: 'https:', host: 'docs.example.org' })).toEqual({
      socketUrl: 'wss://docs.example.org/collab',
      httpUrl: 'https://docs.example.org',
    });
    expect(resolveEndpoint(undefined, { protocol: 'http:', host: 'localhost:5173' }).socketUrl).toBe(
      'ws://localhost:5173/collab',
    );
  });
});
