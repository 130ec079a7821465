import { writeFile } from 'node:fs/promises';

const ANSWER_TIMEOUT_MS = 60_000;
/** Finer than V8's own 1 ms would cost too much of what is measured. */
const SAMPLE_INTERVAL_US = 500;

/** A conversation with the inspector of a Node process, in the protocol of Chrome's developer tools. */
export interface Inspector {
  call(method: string, params?: object): Promise<unknown>;
  close(): void;
}

interface Answer {
  readonly id?: number;
  readonly result?: unknown;
  readonly error?: { readonly message: string };
}

/**
 * Has a Node process collect its garbage, through the inspector it was told to open: memory read after that is what is
 * held, not what happens to be left over.
 */
export async function collectGarbage(inspectorUrl: string): Promise<void> {
  const inspector = await openInspector(inspectorUrl);
  try {
    await collectGarbageThrough(inspector);
  } finally {
    inspector.close();
  }
}

/** The same through an inspector that is open already. */
export async function collectGarbageThrough(inspector: Inspector): Promise<void> {
  // The second finds what finalisers of the first let go of.
  await inspector.call('HeapProfiler.collectGarbage');
  await inspector.call('HeapProfiler.collectGarbage');
}

/**
 * Watches where a Node process spends its time from now on.
 *
 * @returns a function that ends it and writes the profile to a file
 */
export async function startProfile(inspectorUrl: string): Promise<(path: string) => Promise<void>> {
  const inspector = await openInspector(inspectorUrl);
  await inspector.call('Profiler.enable');
  await inspector.call('Profiler.setSamplingInterval', { interval: SAMPLE_INTERVAL_US });
  await inspector.call('Profiler.start');
  return async (path) => {
    const { profile } = (await inspector.call('Profiler.stop')) as { profile: unknown };
    inspector.close();
    await writeFile(path, JSON.stringify(profile));
  };
}

export async function openInspector(url: string): Promise<Inspector> {
  const socket = new WebSocket(url);
  const waiting = new Map<number, PromiseWithResolvers<unknown>>();
  let calls = 0;
  socket.addEventListener('message', ({ data }) => {
    const { id, result, error } = JSON.parse(String(data)) as Answer;
    const asked = id === undefined ? undefined : waiting.get(id);
    if (error === undefined) asked?.resolve(result);
    else asked?.reject(new Error(`the inspector says: ${error.message}`));
  });
  const opened = Promise.withResolvers<unknown>();
  socket.addEventListener('open', () => opened.resolve(null), { once: true });
  socket.addEventListener('error', () => opened.reject(new Error('the inspector can’t be reached')), { once: true });
  await inTime(opened);
  return {
    async call(method, params = {}) {
      calls += 1;
      const answer = Promise.withResolvers<unknown>();
      waiting.set(calls, answer);
      socket.send(JSON.stringify({ id: calls, method, params }));
      return inTime(answer);
    },
    close: () => socket.close(),
  };
}

async function inTime({ promise, reject }: PromiseWithResolvers<unknown>): Promise<unknown> {
  const timeout = setTimeout(() => reject(new Error('the inspector gives no answer')), ANSWER_TIMEOUT_MS);
  try {
    return await promise;
  } finally {
    clearTimeout(timeout);
  }
}
