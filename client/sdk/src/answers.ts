import {
  type BinList,
  type BinnedDocument,
  type ContentDocument,
  type CreatedLink,
  type DocumentInfo,
  type DocumentList,
  type DocumentWithRole,
  linkRoles,
  type Problem,
  roles,
  type ShareLink,
  type ShareLinkList,
  type ThreadList,
} from '@quire/protocol/wire';
import { count, flag, listOf, objectOf, oneOf, orNull, type Shape, text, time } from './shape.ts';
import { authorFields } from './thread-answers.ts';

const documentFields = { name: text, title: text, created: time, edited: time, size: count, damaged: flag };
export const documentShape = objectOf<DocumentInfo>(documentFields);
export const documentWithRoleShape = objectOf<DocumentWithRole>({ ...documentFields, role: oneOf(roles) });
export const documentListShape = objectOf<DocumentList>({ documents: listOf(documentShape), next: orNull(text) });

const linkFields = {
  id: text,
  role: oneOf(linkRoles),
  label: text,
  expires: orNull(time),
  created: time,
  createdBy: text,
};
export const createdLinkShape = objectOf<CreatedLink>({ ...linkFields, token: text, url: orNull(text) });
export const shareLinkListShape = objectOf<ShareLinkList>({
  links: listOf(objectOf<ShareLink>(linkFields)),
  next: orNull(text),
});

export const binListShape = objectOf<BinList>({
  documents: listOf(objectOf<BinnedDocument>({ name: text, title: text, binned: time, binnedBy: text, purged: time })),
  next: orNull(text),
});

/** What its nodes are is for the schema of documents to say. */
const nodesShape = listOf<unknown>((node) => node);
const docShape = objectOf<Pick<ContentDocument, 'type'>>({ type: oneOf(['doc']) });
export const contentDocumentShape: Shape<ContentDocument> = (value, place) => {
  const doc = docShape(value, place);
  const { content } = value as { readonly content?: unknown };
  return content === undefined ? doc : { ...doc, content: nodesShape(content) };
};

/** Of a list of threads, without them: the client reads those live. */
export const threadListSpeakerShape = objectOf<Pick<ThreadList, 'you'>>({
  you: objectOf<ThreadList['you']>({ ...authorFields, role: oneOf(roles) }),
});

export const problemShape = objectOf<Problem>({ type: text, title: text, status: count, code: text, detail: text });
