import { createHmac } from 'node:crypto';

/** As Standard Webhooks writes secrets; the prefix may be missing. */
const PREFIX = 'whsec_';
const BASE64 = /^[a-z0-9+/]+={0,2}$/i;
const MIN_KEY_BYTES = 24;
const MAX_KEY_BYTES = 64;

/** The key that a secret stands for; null when it is none. */
export function readWebhookSecret(secret: string): Buffer | null {
  const text = secret.startsWith(PREFIX) ? secret.slice(PREFIX.length) : secret;
  if (!BASE64.test(text)) return null;
  const key = Buffer.from(text, 'base64');
  return key.length >= MIN_KEY_BYTES && key.length <= MAX_KEY_BYTES ? key : null;
}

export interface Message {
  /** Never the same twice. */
  readonly id: string;
  /** Milliseconds since 1970. */
  readonly sentAt: number;
  readonly body: string;
}

/**
 * The headers of Standard Webhooks 1.0, which every library for it verifies: `v1` is HMAC with SHA-256 over id, time and
 * body. One signature for each key, so that keys are changed one after the other.
 */
export function signMessage({ id, sentAt, body }: Message, keys: readonly Buffer[]): Readonly<Record<string, string>> {
  const timestamp = String(Math.floor(sentAt / 1000));
  const signed = `${id}.${timestamp}.${body}`;
  const signatures = keys.map((key) => `v1,${createHmac('sha256', key).update(signed).digest('base64')}`);
  return { 'webhook-id': id, 'webhook-timestamp': timestamp, 'webhook-signature': signatures.join(' ') };
}
