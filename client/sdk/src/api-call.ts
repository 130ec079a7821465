import { problemShape } from './answers.ts';
import type { Clock } from './clock.ts';
import { QuireError } from './errors.ts';
import { tryRead } from './shape.ts';

export interface ApiOptions {
  /** `http(s)://host[/prefix]`, without a slash at its end. */
  readonly baseUrl: string;
  readonly getToken: () => Promise<string>;
  readonly clock: Clock;
  readonly fetch: typeof fetch;
}

/** Longer than a busy disk makes anybody wait; a frozen network would be waited for without end. */
const REQUEST_TIMEOUT_MS = 15_000;

export interface Call<T> {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  readonly path: string;
  readonly body?: unknown;
  /** Instead of `body`: what is not JSON. */
  readonly raw?: { readonly body: string | Uint8Array<ArrayBuffer>; readonly type: string };
  /** Beside those that every call has. */
  readonly headers?: Readonly<Record<string, string | undefined>> | undefined;
  readonly signal?: AbortSignal | undefined;
  /** What has to be so before the request makes sense. */
  readonly after?: ((signal: AbortSignal) => Promise<void>) | undefined;
  /** @throws when the answer is not of the promised shape */
  readonly read: (answer: Response) => Promise<T>;
}

/** A name is one path segment, slashes and all. */
export function pathOf(name: string): string {
  return `/v1/documents/${encodeURIComponent(name)}`;
}

/** One call of `/v1`. From the token to the last byte of the answer it ends within the timeout. */
export async function callApi<T>(options: ApiOptions, request: Call<T>): Promise<T> {
  const patience = new AbortController();
  const cancelTimer = options.clock.schedule(
    () => patience.abort(new QuireError('timeout', describeTimeout())),
    REQUEST_TIMEOUT_MS,
  );
  const ends = request.signal === undefined ? patience.signal : AbortSignal.any([patience.signal, request.signal]);
  try {
    return await Promise.race([exchange(options, request, ends), untilAborted(ends)]);
  } finally {
    cancelTimer();
  }
}

function describeTimeout(): string {
  return `The server did not answer within ${REQUEST_TIMEOUT_MS / 1_000} seconds. Try again.`;
}

/** Not everything that is awaited listens to a signal: an application's `getToken` can hang too. */
function untilAborted(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    if (signal.aborted) reject(signal.reason);
    signal.addEventListener('abort', () => reject(signal.reason), { once: true });
  });
}

async function exchange<T>(options: ApiOptions, request: Call<T>, signal: AbortSignal): Promise<T> {
  await request.after?.(signal);
  const answer = await reach(options, request, signal);
  if (!answer.ok) throw await readProblem(answer);
  try {
    return await request.read(answer);
  } catch (cause) {
    signal.throwIfAborted();
    throw new QuireError('bad-answer', 'The server’s answer could not be understood.', {
      cause,
      status: answer.status,
    });
  }
}

async function reach(options: ApiOptions, request: Call<unknown>, signal: AbortSignal): Promise<Response> {
  const headers: Record<string, string> = { accept: 'application/json' };
  for (const [name, value] of Object.entries(request.headers ?? {})) if (value !== undefined) headers[name] = value;
  const sent = describeBody(request);
  if (sent !== null) headers['content-type'] = sent.type;
  try {
    const token = await options.getToken();
    if (token !== '') headers.authorization = `Bearer ${token}`;
    return await options.fetch(options.baseUrl + request.path, {
      method: request.method,
      headers,
      // A cookie may say who this is, and another one to which node of a load balancer it goes.
      credentials: 'include',
      signal,
      ...(sent === null ? {} : { body: sent.body }),
    });
  } catch (cause) {
    // The caller's own abort, and our timeout, say themselves what they are.
    signal.throwIfAborted();
    throw new QuireError('unreachable', 'The server can’t be reached. Check the connection and try again.', { cause });
  }
}

function describeBody({ body, raw }: Call<unknown>): NonNullable<Call<unknown>['raw']> | null {
  if (raw !== undefined) return raw;
  return body === undefined ? null : { body: JSON.stringify(body), type: 'application/json' };
}

async function readProblem(answer: Response): Promise<QuireError> {
  const { status } = answer;
  const problem = tryRead(problemShape, await answer.json().catch(() => null));
  if (problem === null) return new QuireError('refused', `The server refused this (HTTP ${status}).`, { status });
  return new QuireError('refused', problem.detail, { status, problem: problem.code });
}
