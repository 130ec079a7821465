/** Of elements that fetch a part of the script once they need it. */
export const fetchWords = {
  notReached: 'The server can’t be reached. This is loaded once there is a connection.',
  notFetched: 'This could not be loaded. If trying again does not help, reload the page.',
  tryAgain: 'Try again',
};
