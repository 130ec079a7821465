import { describeDocumentStore } from '../testing/document-store-contract.ts';
import { FaultyDisk } from '../testing/faulty-level.ts';
import { temporaryDirectory } from '../testing/temporary-directory.ts';
import { openLevelStore } from './open-level-store.ts';

const small = { reserveBytes: 1024 };

describeDocumentStore('The LevelDB store', async () =>
  openLevelStore({ directory: await temporaryDirectory(), ...small }),
);

describeDocumentStore('The LevelDB store over a database in memory', async () =>
  openLevelStore({ directory: await temporaryDirectory(), openDb: new FaultyDisk().openDb, ...small }),
);
