/**
 * Where the registry is stored. U+FDD0 is a code point that Unicode keeps for the inside of programs: the store takes it
 * in a name, and `isDocumentName` refuses it, so that no client, token or request can mean this document.
 */
export const REGISTRY_NAME = '\ufdd0registry';
