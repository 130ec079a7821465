import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Hono } from 'hono';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createStaticApp } from './static-app.ts';

let root: string;
let app: Hono;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'quire-app-'));
  await mkdir(join(root, 'dist', 'assets'), { recursive: true });
  await mkdir(join(root, 'dist', '.vite'));
  await writeFile(join(root, 'secret.txt'), 'outside');
  await writeFile(join(root, 'dist', '.vite', 'manifest.json'), '{"hidden":true}');
  await writeFile(join(root, 'dist', 'index.html'), '<title>the page</title>');
  await writeFile(join(root, 'dist', 'sw.js'), 'worker');
  await writeFile(join(root, 'dist', 'assets', 'main-abc123.js'), 'script');
  await mkdir(join(root, 'dist', 'widgets', 'assets'), { recursive: true });
  await writeFile(join(root, 'dist', 'widgets', 'quire.js'), 'elements');
  await writeFile(join(root, 'dist', 'widgets', 'assets', 'mount-abc123.js'), 'editor');
  app = createStaticApp(join(root, 'dist'));
});
afterEach(() => rm(root, { recursive: true }));

describe('pages', () => {
  it.each(['/', '/d/plan', '/d/team%2Fplan', '/d/%E2%9C%93', '/d/%zz', '/d/a.js', '/bin', '/widgets', '/widgets/'])(
    'shows the page at %s',
    async (path) => {
      const response = await app.request(path);
      expect(response.status).toBe(200);
      expect(response.headers.get('content-type')).toBe('text/html; charset=utf-8');
      expect(await response.text()).toContain('the page');
    },
  );

  it('asks before it shows an old page, and keeps hashed files for ever', async () => {
    for (const path of ['/', '/d/plan', '/sw.js']) {
      expect((await app.request(path)).headers.get('cache-control')).toBe('no-cache');
    }
    const asset = await app.request('/assets/main-abc123.js');
    expect(asset.headers.get('cache-control')).toContain('immutable');
    expect(asset.headers.get('content-type')).toContain('javascript');
    expect(await asset.text()).toBe('script');
  });

  it('sends a file again only when it has changed', async () => {
    const tag = (await app.request('/sw.js')).headers.get('etag') ?? '';
    const same = await app.request('/sw.js', { headers: { 'If-None-Match': tag } });
    expect(same.status).toBe(304);
    expect(await same.text()).toBe('');
    await writeFile(join(root, 'dist', 'sw.js'), 'another worker');
    const changed = await app.request('/sw.js', { headers: { 'If-None-Match': tag } });
    expect(changed.status).toBe(200);
    expect(await changed.text()).toBe('another worker');
  });

  it('answers HEAD without a body', async () => {
    const response = await app.request('/', { method: 'HEAD' });
    expect(response.status).toBe(200);
    expect(await response.text()).toBe('');
  });
});

describe('an address of no page', () => {
  const ofBrowsers = 'text/html,application/xhtml+xml,application/xml;q=0.9,image/webp,*/*;q=0.8';
  const ask = (path: string, accept?: string) =>
    app.request(path, { headers: accept === undefined ? {} : { Accept: accept } });

  it.each(['/no-such-page', '/bin/', '/nothing.js', '/%zz', '/../secret.txt'])(
    'shows a browser the page at %s, which says so, and answers 404',
    async (path) => {
      const [response, home] = [await ask(path, ofBrowsers), await ask('/', ofBrowsers)];
      expect(response.status).toBe(404);
      expect(await response.text()).toBe(await home.text());
      for (const name of ['content-type', 'cache-control', 'content-security-policy', 'x-content-type-options']) {
        expect(response.headers.get(name)).toBe(home.headers.get(name));
      }
      expect(response.headers.get('vary')).toBe('Accept');
    },
  );

  it('is never answered from what a browser has kept, as if it were there', async () => {
    const tag = (await ask('/')).headers.get('etag') ?? '';
    const headers = { Accept: ofBrowsers, 'If-None-Match': tag };
    const response = await app.request('/no-such-page', { headers });
    expect([response.status, response.headers.get('etag')]).toEqual([404, null]);
  });

  it.each([undefined, '*/*', 'application/json', 'image/avif,image/webp,*/*;q=0.8', 'text/css,*/*;q=0.1'])(
    'is a plain 404 for who accepts %s',
    async (accept) => {
      const response = await ask('/no-such-page', accept);
      expect(response.status).toBe(404);
      expect(await response.text()).not.toContain('the page');
    },
  );

  it.each(['/assets/old-abc123.js', '/widgets/old.js', '/widgets/assets/mount-old.js'])(
    'is a plain 404 where files lie, as at %s',
    async (path) => {
      const response = await ask(path, ofBrowsers);
      expect(response.status).toBe(404);
      expect(await response.text()).not.toContain('the page');
    },
  );

  it('is a plain 404 where the app is not built', async () => {
    const response = await createStaticApp(join(root, 'none')).request('/no-such-page', {
      headers: { Accept: ofBrowsers },
    });
    expect(response.status).toBe(404);
    expect(await response.text()).toContain('404');
  });
});

describe('scripts for the pages of others', () => {
  it('may be loaded by any page, also by one in a sandbox, and nothing else may', async () => {
    for (const path of ['/widgets/quire.js', '/widgets/assets/mount-abc123.js']) {
      const { headers } = await app.request(path, { headers: { Origin: 'null' } });
      expect(headers.get('access-control-allow-origin')).toBe('*');
      expect(headers.get('cross-origin-resource-policy')).toBe('cross-origin');
    }
    for (const path of ['/', '/widgets', '/widgets/', '/d/widgets/x', '/sw.js', '/assets/main-abc123.js']) {
      const { headers } = await app.request(path);
      expect(headers.has('access-control-allow-origin')).toBe(false);
      expect(headers.has('cross-origin-resource-policy')).toBe(false);
    }
  });

  it('are asked for anew under their fixed name, and their parts kept for ever', async () => {
    expect((await app.request('/widgets/quire.js')).headers.get('cache-control')).toBe('no-cache');
    const part = await app.request('/widgets/assets/mount-abc123.js');
    expect(part.headers.get('cache-control')).toContain('immutable');
    expect(await part.text()).toBe('editor');
  });
});

describe('protection', () => {
  it('runs no script but its own, and sniffs no types', async () => {
    for (const path of ['/', '/assets/main-abc123.js', '/nothing']) {
      const response = await app.request(path);
      const policy = response.headers.get('content-security-policy') ?? '';
      expect(policy).toContain("default-src 'self'");
      expect(policy).toContain("connect-src 'self' ws: wss:");
      expect(policy).not.toContain('script-src');
      expect(response.headers.get('x-content-type-options')).toBe('nosniff');
    }
  });

  it.each([
    '/../secret.txt',
    '/%2e%2e/secret.txt',
    '/..%2fsecret.txt',
    '/%2e%2e%2fsecret.txt',
    '/assets/..%2f..%2fsecret.txt',
    '/assets/..%5c..%5csecret.txt',
    '/..\\secret.txt',
    '//etc/passwd',
    '/%2fetc%2fpasswd',
    '/secret.txt%00.html',
    '/.vite/manifest.json',
    '/assets',
    '/assets/',
    `/${'a'.repeat(5000)}`,
    '/sw.js/x',
    '/%zz',
    '/nothing.js',
  ])('finds nothing at %s', async (path) => {
    const response = await app.request(`http://localhost${path}`);
    expect(response.status).toBe(404);
    const text = await response.text();
    expect(text).not.toContain('outside');
    expect(text).not.toContain('hidden');
  });

  it('changes nothing on other methods', async () => {
    expect((await app.request('/', { method: 'POST' })).status).toBe(404);
  });
});

it('says how to build the app where there is none', async () => {
  const response = await createStaticApp(join(root, 'none')).request('/');
  expect(response.status).toBe(503);
  expect(await response.text()).toContain('npm start');
});
