import { createHmac } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { readWebhookSecret, signMessage } from './signature.ts';

const keyOf = (secret: string): Buffer => readWebhookSecret(secret) ?? Buffer.alloc(0);

describe('the signature of a question', () => {
  it('is that of Standard Webhooks, as the library standardwebhooks 1.0.0 makes it', () => {
    const headers = signMessage(
      {
        id: 'msg_p5jXN8AQM9LWM0D4loKWxJek',
        sentAt: 1_614_265_330_999,
        body: '{"token":"a session","cookie":null}',
      },
      [keyOf('whsec_c2VjcmV0IG9mIHRoZSB0ZXN0cywgb2YgMzIgYnl0ZXM=')],
    );
    expect(headers).toEqual({
      'webhook-id': 'msg_p5jXN8AQM9LWM0D4loKWxJek',
      'webhook-timestamp': '1614265330',
      'webhook-signature': 'v1,T328s5/WvYT8kcH49S0TfY6cKbruRZ42EhR807NBqgY=',
    });
  });

  it('comes once for each key, so that a backend may know either while they are changed', () => {
    const secrets = ['the old secret of last year', 'the new secret of this year'].map((text) => btoa(text));
    const message = { id: 'msg_1', sentAt: 0, body: '{}' };
    const { 'webhook-signature': signatures } = signMessage(message, secrets.map(keyOf));
    const expected = secrets.map((secret) => {
      const hmac = createHmac('sha256', Buffer.from(secret, 'base64')).update('msg_1.0.{}');
      return `v1,${hmac.digest('base64')}`;
    });
    expect(signatures).toBe(expected.join(' '));
  });

  it.each([
    ['a password', 'correct-horse-battery-staple'],
    ['too few bytes', Buffer.alloc(23).toString('base64')],
    ['too many bytes', Buffer.alloc(65).toString('base64')],
    ['nothing', ''],
    ['nothing but the prefix', 'whsec_'],
  ])('is made with no secret of %s', (_, secret) => {
    expect(readWebhookSecret(secret)).toBeNull();
  });

  it('is the same with and without the prefix of the secret', () => {
    const secret = Buffer.alloc(32, 7).toString('base64');
    expect(readWebhookSecret(`whsec_${secret}`)).toEqual(readWebhookSecret(secret));
  });
});
