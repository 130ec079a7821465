import { readFile, stat } from 'node:fs/promises';
import { extname, join, sep } from 'node:path';
import { Hono } from 'hono';

const INDEX = 'index.html';
/** Vite puts a hash of the content into these names, so what lies behind one never changes. */
const HASHED = `${sep}assets${sep}`;
const FOREVER = 'public, max-age=31536000, immutable';
const ASK_FIRST = 'no-cache';

const contentTypes: Readonly<Record<string, string>> = {
  '.css': 'text/css; charset=utf-8',
  '.html': 'text/html; charset=utf-8',
  '.ico': 'image/x-icon',
  '.jpg': 'image/jpeg',
  '.js': 'text/javascript; charset=utf-8',
  '.json': 'application/json',
  '.map': 'application/json',
  '.png': 'image/png',
  '.svg': 'image/svg+xml',
  '.txt': 'text/plain; charset=utf-8',
  '.webmanifest': 'application/manifest+json',
  '.webp': 'image/webp',
  '.woff2': 'font/woff2',
};

/** The editor sets styles from script, so inline ones are allowed; inline scripts and foreign ones are not. */
const pageHeaders = {
  'Content-Security-Policy': [
    "default-src 'self'",
    "style-src 'self' 'unsafe-inline'",
    "img-src 'self' data: blob:",
    "connect-src 'self' ws: wss:",
    "object-src 'none'",
    "base-uri 'none'",
    "form-action 'self'",
    "frame-ancestors 'self'",
  ].join('; '),
  'Referrer-Policy': 'same-origin',
  'X-Content-Type-Options': 'nosniff',
} as const;

/**
 * The widgets are scripts for the pages of others, also for those in a sandbox, whose origin is `null`. They hold nothing that
 * not everybody may have; what their elements may then do here, the socket and the API decide.
 */
const WIDGETS = '/widgets/';
const widgetHeaders = {
  'Access-Control-Allow-Origin': '*',
  'Cross-Origin-Resource-Policy': 'cross-origin',
} as const;

const NOT_BUILT = `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<title>Quire</title>
<h1>The app is not built</h1>
<p>The server runs, and editors can connect to it. To build its web app, run <code>npm start</code> in the checkout instead
of <code>quire serve</code>, or set <code>QUIRE_APP_DIRECTORY</code> to where a built one lies.</p>
</html>
`;

/** The built web app: its files, and its one page for every address that the page itself understands. */
export function createStaticApp(directory: string): Hono {
  const app = new Hono();
  app.use(async (context, next) => {
    await next();
    const { pathname } = new URL(context.req.url);
    const isWidget = pathname.startsWith(WIDGETS) && pathname !== WIDGETS;
    const headers = { ...pageHeaders, ...(isWidget ? widgetHeaders : {}) };
    for (const [name, value] of Object.entries(headers)) context.header(name, value);
  });
  const servePage = async (request: Request): Promise<Response> =>
    (await serveFile(join(directory, INDEX), request)) ?? respondNotBuilt();
  app.get('/', (context) => servePage(context.req.raw));
  app.get('/d/*', (context) => servePage(context.req.raw));
  for (const path of ['/bin', '/widgets', '/widgets/']) app.get(path, (context) => servePage(context.req.raw));
  app.get('*', async (context) => {
    const { pathname } = new URL(context.req.url);
    const file = locate(directory, pathname);
    const found = file === null ? null : await serveFile(file, context.req.raw);
    if (found !== null) return found;
    const page = isPageWanted(pathname, context.req.header('accept')) ? await readPage(directory) : null;
    return page ?? context.notFound();
  });
  return app;
}

/** Where files lie nobody looks for a page: what is missing there is a part of one. */
const FILES = ['/assets/', WIDGETS];

/** Whether a person looks at the answer in a browser, which names this type for nothing else. */
function isPageWanted(path: string, accept = ''): boolean {
  return /\btext\/html\b/i.test(accept) && !FILES.some((folder) => path.startsWith(folder));
}

/** The page itself says that there is none of this address. */
async function readPage(directory: string): Promise<Response | null> {
  const file = join(directory, INDEX);
  if ((await statFile(file)) === null) return null;
  const headers = {
    'Content-Type': contentTypes['.html'] ?? '',
    'Cache-Control': ASK_FIRST,
    Vary: 'Accept',
  };
  return new Response(await readFile(file), { status: 404, headers });
}

/** The file that a path stands for; null when it would lie outside the directory, or be hidden. */
function locate(directory: string, path: string): string | null {
  let decoded: string;
  try {
    decoded = decodeURIComponent(path);
  } catch {
    // Not percent-encoded UTF-8, so no file of ours.
    return null;
  }
  const parts = decoded.split('/').slice(1);
  const isSafe = parts.every((part) => !part.startsWith('.') && !/[\\\0:]/.test(part));
  return isSafe ? join(directory, ...parts) : null;
}

async function serveFile(file: string, request: Request): Promise<Response | null> {
  const found = await statFile(file);
  if (found === null) return null;
  const headers = {
    'Content-Type': contentTypes[extname(file)] ?? 'application/octet-stream',
    'Cache-Control': file.includes(HASHED) ? FOREVER : ASK_FIRST,
    ETag: found.tag,
  };
  if (request.headers.get('if-none-match') === found.tag) return new Response(null, { status: 304, headers });
  return new Response(await readFile(file), { headers });
}

async function statFile(file: string): Promise<{ readonly tag: string } | null> {
  try {
    const found = await stat(file);
    return found.isFile() ? { tag: `W/"${found.size.toString(36)}-${found.mtimeMs.toString(36)}"` } : null;
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    if (code === 'ENOENT' || code === 'ENOTDIR' || code === 'ENAMETOOLONG') return null;
    throw error;
  }
}

function respondNotBuilt(): Response {
  return new Response(NOT_BUILT, {
    status: 503,
    headers: { 'Content-Type': 'text/html; charset=utf-8', 'Cache-Control': 'no-store' },
  });
}
