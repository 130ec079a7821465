import { readFile } from 'node:fs/promises';
import { HocuspocusProviderWebsocket } from '@hocuspocus/provider';
import { describe, expect, it } from 'vitest';
import { WebsocketProvider } from 'y-websocket';
import { Doc } from 'yjs';

/** Nobody listens there, and nobody connects. */
const NOWHERE = 'ws://127.0.0.1:9';

/** The row of docs/operating.md that says how soon this one comes back. */
async function readRow(provider: string): Promise<string> {
  const page = await readFile(new URL('../../docs/operating.md', import.meta.url), 'utf8');
  return page.split('\n').find((line) => line.startsWith(`| \`${provider}\``)) ?? '';
}

describe('how soon published providers come back, as docs/operating.md has it', () => {
  it('HocuspocusProvider', async () => {
    const socket = new HocuspocusProviderWebsocket({ url: NOWHERE, autoConnect: false });
    const { delay, minDelay, factor, maxDelay, jitter } = socket.configuration;
    socket.destroy();
    expect({ delay, minDelay, factor, maxDelay, jitter }).toEqual({
      delay: 1_000,
      minDelay: 1_000,
      factor: 2,
      maxDelay: 30_000,
      jitter: true,
    });
    const row = await readRow('HocuspocusProvider');
    for (const words of ['1 s (`delay`)', '1 to 2 s, 1 to 4 s, … 1 to 30 s (`maxDelay`)']) expect(row).toContain(words);
  });

  it('WebsocketProvider', async () => {
    const provider = new WebsocketProvider(NOWHERE, 'plan', new Doc(), { connect: false, disableBc: true });
    const { maxBackoffTime } = provider;
    provider.destroy();
    provider.awareness.destroy();
    expect(maxBackoffTime).toBe(2_500);
    expect(await readRow('WebsocketProvider')).toContain('every 2.5 s (`maxBackoffTime`)');
  });
});
