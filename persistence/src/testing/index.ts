export { describeDocumentStore } from './document-store-contract.ts';
export { failsWith } from './fails-with.ts';
export { FaultyDisk } from './faulty-level.ts';
export { ManualClock } from './manual-clock.ts';
export { loadText, rebuild } from './rebuild.ts';
export { Typist, textOf } from './sample-updates.ts';
