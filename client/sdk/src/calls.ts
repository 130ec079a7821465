// What talks to the server over HTTP: one part, as all of it is a few kilobytes.
export { callApi } from './api-call.ts';
export { createCommentCalls } from './comment-calls.ts';
export { createDocumentsApi } from './documents.ts';
export { FirstDownload } from './first-download.ts';
