import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { dirname, extname, join, relative } from 'node:path';
import { build, type Rolldown } from 'vite';

const examples = join(dirname(dirname(import.meta.dirname)), 'client', 'examples');

const CONTENT_TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript',
  '.css': 'text/css',
};

/** The examples as somebody's own site has them: built once, at another origin than the server's. */
export interface ExampleSite {
  readonly url: string;
  /** The packages whose code each page loads, by the folder of the page. */
  readonly packages: ReadonlyMap<string, ReadonlySet<string>>;
  close(): void;
}

export async function startExampleSite(): Promise<ExampleSite> {
  const built = await build({
    root: examples,
    configFile: join(examples, 'vite.config.ts'),
    logLevel: 'error',
    build: { write: false },
  });
  if (!('output' in built)) throw new Error('Vite was asked for one build, and made something else');
  const files = new Map(
    built.output.map((file) => [`/${file.fileName}`, file.type === 'chunk' ? file.code : file.source]),
  );
  const site = createServer(({ url = '/' }, response) => {
    const { pathname } = new URL(url, 'http://site');
    const path = pathname.endsWith('/') ? `${pathname}index.html` : pathname;
    const body = files.get(path);
    response.setHeader('content-type', CONTENT_TYPES[extname(path)] ?? 'application/octet-stream');
    response.writeHead(body === undefined ? 404 : 200).end(body);
  });
  await new Promise<void>((resolve) => site.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(site.address() as AddressInfo).port}`,
    packages: findPackages(built.output.filter((file) => file.type === 'chunk')),
    close: () => site.close(),
  };
}

function findPackages(chunks: readonly Rolldown.OutputChunk[]): Map<string, Set<string>> {
  const byName = new Map(chunks.map((chunk) => [chunk.fileName, chunk]));
  const pages = chunks.filter(({ facadeModuleId }) => facadeModuleId?.endsWith('/index.html'));
  return new Map(
    pages.map((page) => {
      const loaded = new Set([page.fileName]);
      for (const name of loaded) for (const imported of byName.get(name)?.imports ?? []) loaded.add(imported);
      const modules = [...loaded].flatMap((name) => byName.get(name)?.moduleIds ?? []);
      return [dirname(relative(examples, page.facadeModuleId ?? '')), new Set(modules.flatMap(packageOf))];
    }),
  );
}

function packageOf(module: string): string[] {
  const name = /.*\/node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(module)?.[1];
  return name === undefined ? [] : [name];
}
