export { documentExtensions } from './document-extensions.ts';
export { CONTENT_FRAGMENT, META_MAP, TITLE_KEY } from './document-fields.ts';
export { SCHEMA_VERSION } from './schema-version.ts';
