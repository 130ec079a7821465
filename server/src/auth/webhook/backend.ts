import { randomUUID } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { Clock } from '../../clock.ts';
import { describeFetchFailure } from '../../fetch-failure.ts';
import { openOutgoingConnections } from '../../outgoing-connections.ts';
import { type Answer, NoAnswer, type Reply, readAnswer } from './answer.ts';
import type { Credentials } from './credentials.ts';
import { readWebhookSecret, signMessage } from './signature.ts';

/**
 * What a backend is told of whoever is at the door. Its answer counts for all who bring the same credentials, so the rest
 * is for its limits and its log; and it grants roles by patterns, so which document it is about is not said.
 */
export type Question = Credentials & {
  readonly address: string;
  /** The page that asks; null for programs. */
  readonly origin: string | null;
};

export interface Backend {
  /** @throws {NoAnswer} */
  ask(question: Question): Promise<Answer>;
  close(): void;
}

/** As long as a token may be, which says the same. */
const MAX_ANSWER_BYTES = 64 * 1024;

export interface BackendSettings {
  readonly url: URL;
  readonly secrets: readonly string[];
  readonly timeoutMs: number;
}

/** A backend that is asked by signed requests (Standard Webhooks). */
export function createBackend({ url, secrets, timeoutMs }: BackendSettings, clock: Clock): Backend {
  const keys = secrets.flatMap((secret) => readWebhookSecret(secret) ?? []);
  const underway = new Set<AbortController>();
  const connections = openOutgoingConnections();
  let isClosed = false;

  async function send(body: string, signal: AbortSignal): Promise<Reply> {
    const askedAt = clock.now();
    // Whoever it points to elsewhere would get the token: it is not followed.
    const response = await connections.ask(url, {
      headers: {
        Accept: 'application/json',
        'Content-Type': 'application/json',
        'User-Agent': 'Quire',
        ...signMessage({ id: `msg_${randomUUID()}`, sentAt: askedAt, body }, keys),
      },
      body,
      signal,
    });
    const text = await readText(response);
    return { status: response.statusCode ?? 0, text, askedAt, answeredAt: clock.now() };
  }

  async function sendInTime(body: string): Promise<Reply> {
    const controller = new AbortController();
    underway.add(controller);
    const cancelTimeout = clock.after(timeoutMs, () => {
      controller.abort(new NoAnswer('timed-out', `it did not answer within ${timeoutMs} ms`));
    });
    try {
      return await send(body, controller.signal);
    } catch (error) {
      const cause: unknown = controller.signal.aborted ? controller.signal.reason : error;
      if (cause instanceof NoAnswer) throw cause;
      throw new NoAnswer('failed', `it can not be reached: ${describeFetchFailure(cause)}`, { cause });
    } finally {
      cancelTimeout();
      underway.delete(controller);
    }
  }

  return {
    async ask(question) {
      if (isClosed) throw stopping();
      return readAnswer(await sendInTime(JSON.stringify(question)));
    },
    close() {
      isClosed = true;
      for (const controller of underway) controller.abort(stopping());
      connections.close();
    },
  };
}

function stopping(): NoAnswer {
  return new NoAnswer('failed', 'this server is stopping');
}

async function readText(response: IncomingMessage): Promise<string | null> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of response) {
    bytes += chunk.length;
    if (bytes > MAX_ANSWER_BYTES) return null; // what is still to come is not read: the connection ends
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}
