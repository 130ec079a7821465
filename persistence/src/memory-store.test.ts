import { MemoryStore } from './memory-store.ts';
import { describeDocumentStore } from './testing/document-store-contract.ts';

describeDocumentStore('MemoryStore', async () => new MemoryStore());
