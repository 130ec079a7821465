import { join } from 'node:path';
import { build } from 'vite';
import { expect, test } from './fixtures.ts';
import { serveProgram } from './page-server.ts';

const folder = join(import.meta.dirname, 'bundled-worker');

/** As somebody builds a page with a worker, who sets nothing of it or the one thing that splits its code. */
async function buildPage(format?: 'es'): Promise<Parameters<typeof serveProgram>[0]> {
  const built = await build({
    root: folder,
    configFile: false,
    logLevel: 'silent',
    worker: format === undefined ? {} : { format },
    build: { write: false, rollupOptions: { input: join(folder, 'page.js') } },
  });
  if (!('output' in built)) throw new Error('Vite was asked for one bundle, and made something else');
  const files = built.output.map((file) => [file.fileName, 'code' in file ? file.code : String(file.source)] as const);
  const entry = built.output.find((file) => file.type === 'chunk' && file.isEntry);
  if (entry === undefined) throw new Error('Vite made nothing to begin with');
  return { entry: entry.fileName, files: new Map(files) };
}

for (const [title, format] of [
  ['by default', undefined],
  ['as modules', 'es'],
] as const) {
  test.describe(`a worker that Vite has bundled ${title}`, () => {
    const withSite = test.extend<{ readonly site: Awaited<ReturnType<typeof serveProgram>> }>({
      // biome-ignore lint/correctness/noEmptyPattern: Playwright reads the names of fixtures from here
      site: async ({}, use) => {
        const site = await serveProgram(await buildPage(format));
        await use(site);
        await site.close();
      },
      serverOptions: async ({ site }, use) => use({ env: { QUIRE_ALLOWED_ORIGINS: site.url } }),
    });

    withSite('opens a document and makes calls, whose code comes later', async ({ ada: { page }, server, site }) => {
      await page.goto(site.url);
      await page.waitForFunction(() => 'askWorker' in window);
      const heard = await page.evaluate(
        (url) => (window as unknown as { askWorker(url: string): Promise<unknown> }).askWorker(url),
        server.wsUrl,
      );
      expect(heard).toEqual([['team/plan'], ['team/plan']]);
    });
  });
}
