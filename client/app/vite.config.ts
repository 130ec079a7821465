import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';
import { offlineShell } from './vite-offline-shell.ts';

const server = process.env.QUIRE_DEV_SERVER ?? 'http://127.0.0.1:8080';
const plain = { target: server };
const socket = { target: server, ws: true };

export default defineConfig({
  root: import.meta.dirname,
  plugins: [react(), offlineShell()],
  // Two copies of Yjs in one page corrupt documents silently; two of ProseMirror or React fail in strange ways.
  resolve: { dedupe: ['yjs', 'y-protocols', 'lib0', '@tiptap/pm', 'react', 'react-dom'] },
  build: {
    // What popovers, `light-dark()` and `color-mix()` need; older browsers would get a broken page from a polyfilled one.
    target: ['chrome123', 'edge123', 'firefox128', 'safari17.5'],
    // The policy allows fonts from our own address only, not from data URLs.
    assetsInlineLimit: 0,
    chunkSizeWarningLimit: 800,
  },
  server: {
    host: '127.0.0.1',
    proxy: {
      '/v1': plain,
      '/healthz': plain,
      '/readyz': plain,
      '/collab': socket,
      '/yjs': socket,
      // As they were last built: the page that shows them is the app's own, its frames load the script as anybody does.
      '^/widgets/.': plain,
    },
  },
});
