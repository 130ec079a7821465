export const codeWords = {
  text: 'Code',
  tabHint: 'Tab indents. Press Escape before Tab to leave.',
};
