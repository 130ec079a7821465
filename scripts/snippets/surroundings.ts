// What the pages leave out because it is the reader's own: by these names, behind the language of a block, it is put around it.

/** Code before a block. It may import what the block does not. */
export const givens: Readonly<Record<string, string>> = {
  client: `import { connect } from '@quire/client'; const client = connect({ url: 'ws://localhost:8080' });`,
  provider: `import { HocuspocusProvider } from '@hocuspocus/provider'; import { Doc } from 'yjs';
    const provider = new HocuspocusProvider({ url: 'ws://localhost:8080/collab', name: 'team/plan', document: new Doc() });`,
  getToken: `const getToken = async () => process.env.TOKEN;`,
  show: `const shown = []; const show = (...words) => shown.push(words);`,
  render: `const render = () => {};`,
  loadMessagesAgain: `const loadMessagesAgain = () => {};`,
  /** The document is there, with some text in it. */
  document: `await stage.write('team/plan', 'A plan that somebody wrote.');`,
  /** `quire serve` runs in the folder, with a document. */
  'server-on-disk': `await stage.serveData();`,
  'hocuspocus-sqlite': `await stage.makeHocuspocusDatabase();`,
  'y-leveldb': `await stage.makeYLeveldb();`,
};

/** Code behind a block: that it had the effect that the page speaks of. */
export const proofs: Readonly<Record<string, string>> = {
  'both-are-synced': `await stage.until(() => provider.isSynced && other.synced);`,
  'is-synced': `await stage.until(() => provider.synced);`,
  /** To somebody who said something to themselves, too. */
  'hears-events': `await stage.until(() => provider.isSynced); send('1', 'chat', {}); await stage.until(() => shown.length > 0);`,
  shown: `await stage.until(() => shown.length > 0);`,
  'old-documents-are-here': `await stage.expectOldDocuments();`,
  'backup-is-whole': `await stage.expectBackup();`,
  'document-is-stored': `await stage.expectStored('team/plan');`,
};

/** Whether a block speaks to a server that asks for tokens: it is given one, or takes that of the environment. */
export function asksForTokens(code: string, given: readonly string[]): boolean {
  return given.includes('getToken') || /\bTOKEN\b/.test(code);
}
