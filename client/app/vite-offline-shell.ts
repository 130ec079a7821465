import { createHash } from 'node:crypto';
import { resolve } from 'node:path';
import type { Plugin } from 'vite';

const WORKER = 'sw';
const stableFiles = ['/', '/theme.js', '/favicon.svg'];
/** Other scripts' fonts are stored once a page has asked for them. */
const worthStoring = /\.(js|css)$|-latin-wght-normal-[^/]*\.woff2$/;

/** Builds the service worker under its fixed name and tells it which files make up the app. */
export function offlineShell(): Plugin {
  return {
    name: 'quire-offline-shell',
    apply: 'build',
    config: () => ({
      build: {
        rolldownOptions: {
          input: {
            main: resolve(import.meta.dirname, 'index.html'),
            [WORKER]: resolve(import.meta.dirname, 'src/offline/service-worker.ts'),
          },
          output: {
            entryFileNames: (chunk) => (chunk.name === WORKER ? `${WORKER}.js` : 'assets/[name]-[hash].js'),
          },
        },
      },
    }),
    generateBundle(_options, bundle) {
      const built = Object.keys(bundle)
        .filter((file) => file.startsWith('assets/') && worthStoring.test(file))
        .map((file) => `/${file}`)
        .sort();
      const page = bundle['index.html'];
      const version = createHash('sha256')
        .update(JSON.stringify(built))
        .update(page?.type === 'asset' ? page.source : '')
        .digest('hex')
        .slice(0, 12);
      const worker = bundle[`${WORKER}.js`];
      if (worker?.type !== 'chunk') throw new Error(`the build has no ${WORKER}.js`);
      const shell = JSON.stringify({ version, files: [...stableFiles, ...built] });
      worker.code = `const QUIRE_SHELL = ${shell};\n${worker.code}`;
    },
  };
}
