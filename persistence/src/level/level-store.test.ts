import type { Clock } from '../clock.ts';
import { describeDocumentStore } from '../testing/document-store-contract.ts';
import { FaultyDisk } from '../testing/faulty-level.ts';
import { temporaryDirectory } from '../testing/temporary-directory.ts';
import { openLevelStore } from './open-level-store.ts';

const small = (clock?: Clock) => ({ reserveBytes: 1024, ...(clock === undefined ? {} : { clock }) });

describeDocumentStore('The LevelDB store', async (clock) =>
  openLevelStore({ directory: await temporaryDirectory(), ...small(clock) }),
);

describeDocumentStore('The LevelDB store over a database in memory', async (clock) =>
  openLevelStore({ directory: await temporaryDirectory(), openDb: new FaultyDisk().openDb, ...small(clock) }),
);
