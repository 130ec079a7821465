import type { OperationName } from '@quire/protocol/rest';

export interface OperationWords {
  readonly group: 'Documents' | 'Bin' | 'Content' | 'People' | 'Events' | 'Comments' | 'Share links' | 'Revocations';
  readonly summary: string;
  /** What one would not expect. */
  readonly more?: string;
}

/** What each call does, for those who read about it. */
export const operationWords = {
  listDocuments: {
    group: 'Documents',
    summary: 'The documents that whoever asks may read',
    more: 'A page may hold fewer than were asked for, even none, where `next` is not null. With `search`, those whose title holds all of its words, in any order and whatever their case; one answer looks through some thousand documents, and `next` goes on from there. It holds on every node of a cluster and across restarts, as long as `cluster.secret` stays, or, without a cluster, the data directory.',
  },
  createDocument: {
    group: 'Documents',
    summary: 'Creates a document',
    more: 'Without a name, under one that nobody guesses.',
  },
  getDocument: { group: 'Documents', summary: 'One document, and the role that whoever asks has in it' },
  renameDocument: {
    group: 'Documents',
    summary: 'Changes the title',
    more: 'The name stays: it is the address of the document.',
  },
  deleteDocument: {
    group: 'Documents',
    summary: 'Deletes a document, with the comments on it and the links to it',
    more: 'It is gone at once and for good, and whoever has it open is put out. To be able to take it back, put it into the bin instead.',
  },
  listBin: { group: 'Bin', summary: 'The documents in the bin that whoever asks owns, the latest first' },
  binDocument: {
    group: 'Bin',
    summary: 'Puts a document into the bin',
    more: 'It is there whole, and nobody can open it: whoever has it open is put out within seconds, with `document-in-bin`. After `bin.days` it is purged.',
  },
  restoreDocument: {
    group: 'Bin',
    summary: 'Takes a document out of the bin',
    more: 'It is the same document as before, in the same life: copies of it on devices go on, with what was changed in them offline.',
  },
  purgeDocument: { group: 'Bin', summary: 'Deletes a document that is in the bin for good' },
  copyDocument: {
    group: 'Documents',
    summary: 'Makes a document of its own with the same content',
    more: 'Whoever asks must be allowed to read the one and to edit what the other is called. Comments are not copied, nor is history. A name under which such a copy was deleted before is refused with `stale-epoch`.',
  },
  readContent: {
    group: 'Content',
    summary: 'The text of a document',
    more: 'As ProseMirror’s JSON (`editor.commands.setContent` of Tiptap takes it), HTML, Markdown or plain text. It is what lies in the XML fragment `default`, where the app has it; a document that holds something else there is answered with `other-content`, and one of more than some hundred pages with `content-too-large`: take the update, and convert it yourself.',
  },
  replaceContent: {
    group: 'Content',
    summary: 'Replaces the text of a document',
    more: 'The media type of the body says what it is. Paragraphs at the beginning and at the end that stay as they were are left alone, with the comments on them; those who have the document open see it change as by an edit. What the schema of documents does not know is refused in JSON, and left out of HTML.',
  },
  readUpdate: {
    group: 'Content',
    summary: 'A document as a Yjs update, in its v1 encoding',
    more: 'With `since`, what is missing to whoever has that state vector.',
  },
  writeUpdate: {
    group: 'Content',
    summary: 'Merges a Yjs update into a document',
    more: 'Judged as what a client sends; what the document has already changes nothing, so it may be sent again. An update that builds on edits which the document lacks is refused, with nothing of it stored.',
  },
  downloadState: {
    group: 'Content',
    summary: 'The snapshot of a large document, as a Yjs update in a gzip file',
    more: 'A download that can be resumed with `Range`. `204` where the document is small enough to come over the socket.',
  },
  getMe: {
    group: 'People',
    summary: 'Whom the credentials of whoever asks stand for',
    more: '`user` is null for a guest. For pages that show no document: in one, everybody’s name is in the presence.',
  },
  listPresence: {
    group: 'People',
    summary: 'Who has a document open, as everybody in it is told',
    more: 'On all nodes of the cluster, which are asked, whether the document is open on this one or not. `unanswered` names the nodes that did not answer within two seconds: of who is there by them only those are listed of whom they have told this node before, while the document is open on it.',
  },
  listSessions: {
    group: 'People',
    summary: 'The connections to a document, on all nodes of the cluster',
    more: 'In the order of their ids. `unanswered` names the nodes that did not answer within two seconds; what is connected to them is missing.',
  },
  endSession: {
    group: 'People',
    summary: 'Ends one of these',
    more: 'On whichever node it is; where it is not found and some node does not answer, the answer is `node-unanswered`. Its client is told `session-ended`, and does not come back by itself. Who is to stay out has their token revoked, or loses the role.',
  },
  listThreads: {
    group: 'Comments',
    summary: 'The threads of comments on a document, oldest first',
    more: 'Those that were begun in the same millisecond come in the order of their ids.',
  },
  startThread: { group: 'Comments', summary: 'Begins a thread, about a part of the text or about the whole document' },
  changeThread: { group: 'Comments', summary: 'Resolves a thread, or reopens it' },
  removeThread: {
    group: 'Comments',
    summary: 'Removes a thread',
    more: 'For who began it, as long as nobody else has said anything in it, and for editors.',
  },
  anchorThread: {
    group: 'Comments',
    summary: 'Moves the mark of a thread in the text',
    more: 'For who began it, and for editors.',
  },
  unanchorThread: {
    group: 'Comments',
    summary: 'Takes the mark of a thread out of the text',
    more: 'For who began it, and for editors.',
  },
  reply: { group: 'Comments', summary: 'Says something in a thread' },
  changeComment: { group: 'Comments', summary: 'Changes a comment', more: 'For who wrote it.' },
  withdrawComment: {
    group: 'Comments',
    summary: 'Takes a comment back',
    more: 'For who wrote it, and for editors. With the last one the thread goes.',
  },
  sendEvent: {
    group: 'Events',
    summary: 'Says something to everybody who has the document open',
    more: 'On all nodes. It is not stored, but for those who reconnect in time. What comes again with the same header `Idempotency-Key`, from the same user, counts once.',
  },
  listLinks: { group: 'Share links', summary: 'The links that work, the latest first' },
  createLink: {
    group: 'Share links',
    summary: 'Creates a link',
    more: 'The answer is the only one that ever holds its token.',
  },
  revokeLink: { group: 'Share links', summary: 'Revokes a link', more: 'Who came in by it is put out within seconds.' },
  listRevocations: { group: 'Revocations', summary: 'What has been taken back, the latest first' },
  revoke: {
    group: 'Revocations',
    summary: 'Takes back the access of a user, or one token',
    more: 'Whoever is in with it is put out within seconds.',
  },
  liftRevocation: { group: 'Revocations', summary: 'Lifts a revocation' },
} as const satisfies Record<OperationName, OperationWords>;
