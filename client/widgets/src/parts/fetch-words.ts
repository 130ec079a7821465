/** Of elements that fetch a part of the script once they need it. */
export const fetchWords = {
  notFetched: 'This could not be loaded. If trying again does not help, reload the page.',
  tryAgain: 'Try again',
};
