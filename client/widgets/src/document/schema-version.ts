/**
 * Which schema wrote a document. A client whose schema knows less deletes what it doesn't know, for everybody, by merely
 * opening the document; so this number moves with every change of nodes, marks or attributes, and `schema.test.ts` holds
 * the fingerprint that belongs to it.
 */
export const SCHEMA_VERSION = 2;
