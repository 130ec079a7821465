import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Bundle } from '../packages/bundle.ts';

export interface ServedPage {
  readonly html: string;
  /** Its Content-Security-Policy; left out, there is none. */
  readonly policy?: string;
}

export interface PageServer {
  /** `http://127.0.0.1:port`: of another origin than Quire's. */
  readonly url: string;
  close(): Promise<void>;
}

/** Somebody's web site: pages by their paths. */
export function servePages(pages: Readonly<Record<string, ServedPage>>): Promise<PageServer> {
  return serve(({ url = '/' }, response) => {
    const page = pages[new URL(url, 'http://localhost').pathname];
    if (page === undefined) {
      response.writeHead(404).end();
      return;
    }
    const policy = page.policy === undefined ? {} : { 'Content-Security-Policy': page.policy };
    response.writeHead(200, { 'Content-Type': 'text/html; charset=utf-8', ...policy }).end(page.html);
  });
}

/** Somebody's page that runs a program of theirs; it is empty otherwise. */
export function serveProgram({ entry, files }: Pick<Bundle, 'entry' | 'files'>): Promise<PageServer> {
  const html = `<!doctype html><title>A page</title><script type="module" src="/${entry}"></script>`;
  return serve(({ url = '/' }, response) => {
    const script = files.get(url.slice(1));
    response.setHeader('content-type', script === undefined ? 'text/html' : 'text/javascript');
    response.end(script ?? html);
  });
}

async function serve(answer: RequestListener): Promise<PageServer> {
  const server = createServer(answer);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
