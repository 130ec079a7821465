// @vitest-environment happy-dom
import { expect, test } from 'vitest';
import { createCaretElement, findCarets } from './caret-element.ts';

test('a caret is found by whose it is, and is a part where a page may style it', () => {
  const ada = { name: 'Ada', color: '#7c3aed' };
  const [styled, plain] = [createCaretElement(ada, 1, 'caret'), createCaretElement(ada, 2, null)];
  document.body.replaceChildren(styled, plain);
  expect([styled.getAttribute('part'), plain.getAttribute('part')]).toEqual(['caret', null]);
  expect(findCarets(document, 2)).toEqual([plain]);
  expect(styled.textContent).toBe('Ada');
});
