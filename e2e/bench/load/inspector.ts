const ANSWER_TIMEOUT_MS = 60_000;

/**
 * Has a Node process collect its garbage, through the inspector it was told to open: memory read after that is what is
 * held, not what happens to be left over.
 */
export async function collectGarbage(inspectorUrl: string): Promise<void> {
  const socket = new WebSocket(inspectorUrl);
  try {
    await once(socket, 'open');
    // The first collection finds what only finalisers of the second let go of.
    for (const id of [1, 2]) {
      const answer = once(socket, 'message');
      socket.send(JSON.stringify({ id, method: 'HeapProfiler.collectGarbage' }));
      await answer;
    }
  } finally {
    socket.close();
  }
}

function once(socket: WebSocket, event: 'open' | 'message'): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const timeout = setTimeout(() => reject(new Error(`the inspector gave no ${event}`)), ANSWER_TIMEOUT_MS);
    const settle = (finish: () => void) => (): void => {
      clearTimeout(timeout);
      finish();
    };
    socket.addEventListener(
      event,
      settle(() => resolve(null)),
      { once: true },
    );
    socket.addEventListener(
      'error',
      settle(() => reject(new Error('the inspector can’t be reached'))),
      { once: true },
    );
  });
}
