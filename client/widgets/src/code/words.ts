import { fetchWords } from '../parts/fetch-words.ts';

export const codeWords = {
  ...fetchWords,
  text: 'Code',
  tabHint: 'Tab indents. Press Escape before Tab to leave.',
};
