/** Only in builds: while developing, a stored file would hide the one just changed. */
export function registerServiceWorker(): void {
  if (!import.meta.env.PROD || !('serviceWorker' in navigator)) return;
  // Refused in private windows and by some policies; then pages need the server to reload, and everything else works.
  navigator.serviceWorker.register('/sw.js').catch(() => undefined);
}
