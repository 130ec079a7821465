import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  COMMENTS_PREFIX,
  companionOf,
  type DocumentName,
  documentNameSchema,
  findNameFault,
  isDocumentName,
  parseDocumentAddress,
} from './index.ts';

describe('the name of comments', () => {
  it.each(['a', 'team/plan', 'team/~comments/a', '~comments', '~Comments/a', 'x'.repeat(512), 'é'.repeat(256)])(
    '[R8] is made of %j and leads back to it',
    (name) => {
      expect(parseDocumentAddress(name as DocumentName)).toEqual({ kind: 'document', document: name });
      const comments = companionOf(name as DocumentName, 'comments');
      expect(findNameFault(comments)).toBeNull();
      expect(parseDocumentAddress(comments)).toEqual({ kind: 'comments', document: name });
    },
  );

  it.each([
    ['', 'empty'],
    ['..', 'dots'],
    ['x'.repeat(513), 'too-long'],
    ['a\nb', 'control-character'],
    ['~comments/a', 'reserved'],
  ])('[R8] is not made of what is no document: %j', (name, fault) => {
    expect(findNameFault(COMMENTS_PREFIX + name)).toBe(fault);
  });

  it('[R8] is no name that a document is created, renamed or deleted by', () => {
    expect(documentNameSchema.safeParse('~comments/plan').error?.issues[0]?.message).toContain('~comments/');
    expect(documentNameSchema.parse('plan/~comments/')).toBe('plan/~comments/');
  });

  it('[R8] whatever is a name leads to exactly one document, or to the comments on one', () => {
    const texts = fc.oneof(
      fc.string({ unit: 'grapheme' }),
      fc.string().map((text) => COMMENTS_PREFIX + text),
    );
    void fc.assert(
      fc.property(texts, (text) => {
        if (!isDocumentName(text)) return;
        const address = parseDocumentAddress(text);
        expect(documentNameSchema.safeParse(address.document).success).toBe(true);
        expect(address.kind === 'document' ? address.document : companionOf(address.document, 'comments')).toBe(text);
      }),
    );
  });
});
