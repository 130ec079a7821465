import { describe, expect, it } from 'vitest';
import { isAllowedOrigin, isTrustedHost, type OriginPolicy } from './origins.ts';

const policy: OriginPolicy = { allowedOrigins: ['https://editor.example.org'], isLoopbackOnly: true };

describe('origins', () => {
  it.each([
    ['no origin: a program', undefined, 'localhost:8080'],
    ['the same', 'http://docs.example.com', 'docs.example.com'],
    ['the same behind a proxy that ends TLS', 'https://docs.example.com', 'docs.example.com:443'],
    ['the same, in other letters', 'http://docs.example.com:81', 'DOCS.example.com:81'],
    ['another port of this machine', 'http://localhost:5173', 'localhost:8080'],
    ['another address of this machine', 'http://127.0.0.1:5173', 'localhost:8080'],
    ['the other loopback', 'http://[::1]:8080', '127.0.0.1:8080'],
    ['one that the settings allow', 'https://editor.example.org', 'localhost:8080'],
  ])('lets in %s', (_, origin, host) => {
    expect(isAllowedOrigin({ origin, host }, policy)).toBe(true);
  });

  it.each([
    ['another site', 'https://evil.example', 'localhost:8080'],
    ['a sandboxed frame', 'null', 'localhost:8080'],
    ['a name that begins like loopback', 'http://localhost.evil.example', 'localhost:8080'],
    ['a name that begins like an address', 'http://127.0.0.1.evil.example', 'localhost:8080'],
    ['another port of the same name', 'http://docs.example.com:81', 'docs.example.com:82'],
    ['an allowed name under another scheme', 'http://editor.example.org', 'localhost:8080'],
    ['an allowed name with something behind it', 'https://editor.example.org.evil.example', 'localhost:8080'],
    ['what is no origin', 'not a url', 'not a url'],
    ['a file, of no host', 'file://', 'localhost'],
    ['userinfo before loopback', 'http://evil.example@localhost', 'localhost:8080'],
    ['a password before loopback', 'http://:evil@localhost', 'localhost:8080'],
    ['an empty one', '', ''],
  ])('keeps out %s', (_, origin, host) => {
    expect(isAllowedOrigin({ origin, host }, policy)).toBe(false);
  });

  it('lets in all pages when told so', () => {
    const open = { ...policy, allowedOrigins: ['*'] };
    expect(isAllowedOrigin({ origin: 'https://evil.example', host: 'localhost' }, open)).toBe(true);
  });
});

describe('hosts', () => {
  it.each(['localhost', 'localhost:8080', '127.0.0.1:8080', '[::1]:8080', 'app.localhost:1', undefined])(
    'answers to %s on loopback',
    (host) => expect(isTrustedHost(host, policy)).toBe(true),
  );

  it.each(['evil.example', 'evil.example:8080', '127.0.0.1.evil.example', 'localhost.evil.example', '', '::1'])(
    'does not answer to "%s" on loopback: its owner may have pointed it here',
    (host) => expect(isTrustedHost(host, policy)).toBe(false),
  );

  it('answers to any name where others may reach it', () => {
    expect(isTrustedHost('docs.example.com', { ...policy, isLoopbackOnly: false })).toBe(true);
  });
});
