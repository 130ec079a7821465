import { problemShape } from './answers.ts';
import type { Clock } from './clock.ts';
import { noToken, QuireError, unreachable } from './errors.ts';
import { createPatience, type Patience } from './patience.ts';
import { tryRead } from './shape.ts';
import { unlessAborted } from './unless-aborted.ts';

export interface ApiOptions {
  /** `http(s)://host[/prefix]`, without a slash at its end. */
  readonly baseUrl: string;
  readonly getToken: (signal: AbortSignal) => Promise<string>;
  readonly clock: Clock;
  readonly fetch: typeof fetch;
}

/** Longer than a busy disk makes anybody wait; a frozen network would be waited for without end. */
const SILENCE_TIMEOUT_MS = 15_000;
/**
 * Nothing tells a page how much of what it sends has arrived. So there is time for all of it on a line of 256 kbit/s: nine
 * minutes for the largest update that a server takes.
 */
const SLOWEST_BYTES_PER_MS = 32;

interface Body {
  readonly body: string | Uint8Array<ArrayBuffer>;
  readonly type: string;
}

export interface Call<T> {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  readonly path: string;
  readonly body?: unknown;
  /** Instead of `body`: what is not JSON. */
  readonly raw?: Body;
  /** Beside those that every call has. */
  readonly headers?: Readonly<Record<string, string | undefined>> | undefined;
  readonly signal?: AbortSignal | undefined;
  /** How long it waits while nothing comes. */
  readonly timeoutMs?: number | undefined;
  /** What has to be so before the request makes sense. */
  readonly after?: Condition | undefined;
  /** @throws when the answer is not of the promised shape */
  readonly read: (answer: Response) => Promise<T>;
}

export interface Condition {
  /** Resolves once it is so. */
  readonly met: (signal: AbortSignal) => Promise<void>;
  /** It took too long. */
  readonly missed: () => QuireError;
}

/** A name is one path segment, slashes and all. */
export function pathOf(name: string): string {
  return `/v1/documents/${encodeURIComponent(name)}`;
}

/** One call of `/v1`. It takes as long as it has to, and ends once nothing has come for too long. */
export async function callApi<T>(options: ApiOptions, request: Call<T>): Promise<T> {
  const patience = createPatience(options.clock, request.signal);
  try {
    return await unlessAborted(exchange(options, request, patience), patience.signal);
  } finally {
    patience.end();
  }
}

async function exchange<T>(options: ApiOptions, request: Call<T>, patience: Patience): Promise<T> {
  const { after, timeoutMs = SILENCE_TIMEOUT_MS } = request;
  const { signal } = patience;
  signal.throwIfAborted();
  if (after !== undefined) {
    patience.expect(timeoutMs, after.missed);
    await after.met(signal);
  }
  patience.expect(timeoutMs, () => noToken(`no answer within ${inSeconds(timeoutMs)}`));
  const token = await options.getToken(signal).catch((cause: unknown) => {
    throw noToken(cause);
  });
  signal.throwIfAborted();
  const sent = describeBody(request);
  expectAnswer(patience, timeoutMs + Math.ceil((sent?.body.length ?? 0) / SLOWEST_BYTES_PER_MS));
  const answer = await reach(options, request, { token, sent }, signal);
  expectAnswer(patience, timeoutMs);
  return readAnswer(request, followed(answer, patience), signal);
}

function expectAnswer(patience: Patience, limitMs: number): void {
  const words = `The server did not answer for ${inSeconds(limitMs)}. Try again.`;
  patience.expect(limitMs, () => new QuireError('timeout', words));
}

function inSeconds(ms: number): string {
  return `${Math.ceil(ms / 1_000)} seconds`;
}

/** As long as there is more of it now and then, it is waited for. */
function followed(answer: Response, patience: Patience): Response {
  // Browsers give even an answer without content a body, and let nobody make such an answer with one.
  if (answer.body === null || answer.status === 204) return answer;
  const through = new TransformStream<Uint8Array<ArrayBuffer>, Uint8Array<ArrayBuffer>>({
    transform(chunk, controller) {
      patience.renew();
      controller.enqueue(chunk);
    },
  });
  return new Response(answer.body.pipeThrough(through), answer);
}

async function readAnswer<T>({ read }: Call<T>, answer: Response, signal: AbortSignal): Promise<T> {
  if (!answer.ok) throw await readProblem(answer);
  try {
    return await read(answer);
  } catch (cause) {
    signal.throwIfAborted();
    throw new QuireError('bad-answer', 'The server’s answer could not be understood.', {
      cause,
      status: answer.status,
    });
  }
}

async function reach(
  options: ApiOptions,
  request: Call<unknown>,
  { token, sent }: { readonly token: string; readonly sent: Body | null },
  signal: AbortSignal,
): Promise<Response> {
  const headers: Record<string, string> = { accept: 'application/json' };
  for (const [name, value] of Object.entries(request.headers ?? {})) if (value !== undefined) headers[name] = value;
  if (sent !== null) headers['content-type'] = sent.type;
  if (token !== '') headers.authorization = `Bearer ${token}`;
  try {
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
    throw unreachable(cause);
  }
}

function describeBody({ body, raw }: Call<unknown>): Body | null {
  if (raw !== undefined) return raw;
  return body === undefined ? null : { body: JSON.stringify(body), type: 'application/json' };
}

async function readProblem(answer: Response): Promise<QuireError> {
  const { status } = answer;
  const problem = tryRead(problemShape, await answer.json().catch(() => null));
  if (problem === null) return new QuireError('refused', `The server refused this (HTTP ${status}).`, { status });
  return new QuireError('refused', problem.detail, { status, problem: problem.code });
}
