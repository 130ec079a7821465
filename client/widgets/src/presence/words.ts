export const presenceWords = {
  label: 'People here',
  you: '{name} (you)',
  more: 'and {count} more',
};
