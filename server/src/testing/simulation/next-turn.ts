/** Once everything has happened that waits for nothing but its turn. */
export const nextTurn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
