// Where pages are rendered on a server: no window, and in older runtimes no socket and no navigator either. Importing is
// all that is done, and nothing of it keeps the process alive.
const missing = ['window', 'document', 'navigator', 'WebSocket', 'indexedDB', 'localStorage'];
for (const name of missing) delete globalThis[name];
const before = new Set(Object.getOwnPropertyNames(globalThis));

const { connect } = await import('@quire/client');

console.log(`connect: ${typeof connect}`);
// Libraries leave marks there, by which they find out that they were loaded twice.
const left = Object.getOwnPropertyNames(globalThis).filter((name) => !before.has(name) && !name.startsWith('__'));
console.log(`left behind: ${left.join(', ')}`);
