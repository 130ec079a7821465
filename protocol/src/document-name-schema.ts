import { z } from 'zod';
import { type DocumentName, describeNameFault, findDocumentFault } from './document-name.ts';

/** The name of a document of its own. Apart from the names themselves, so that clients need no schemas to check one. */
export const documentNameSchema = z.string().transform((text, context): DocumentName => {
  const fault = findDocumentFault(text);
  if (fault === null) return text as DocumentName;
  context.addIssue({ code: 'custom', message: describeNameFault(fault) });
  return z.NEVER;
});
