import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

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
export async function servePages(pages: Readonly<Record<string, ServedPage>>): Promise<PageServer> {
  const server = createServer(({ url = '/' }, response) => {
    const page = pages[new URL(url, 'http://localhost').pathname];
    if (page === undefined) {
      response.writeHead(404).end();
      return;
    }
    const policy = page.policy === undefined ? {} : { 'Content-Security-Policy': page.policy };
    response.writeHead(200, { 'Content-Type': 'text/html; charset=utf-8', ...policy }).end(page.html);
  });
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
