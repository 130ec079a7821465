import { expect, test } from 'vitest';
import { createLazyPart } from './lazy-part.ts';
import { createOfferedDownload } from './offered-download.ts';
import { createFakeEnvironment } from './testing/fake-environment.ts';
import { ManualClock } from './testing/manual-clock.ts';

/** A document whose server answers so, on a network that freezes before the code of the download is here. */
function offer(status: number) {
  const clock = new ManualClock();
  const page = { imports: 0 };
  const importPart = () => {
    page.imports += 1;
    return new Promise<never>(() => {});
  };
  const download = createOfferedDownload(
    {
      url: 'http://server/state',
      clock,
      fetch: async () => new Response(null, { status }),
      onProgress: () => {},
    },
    createLazyPart(importPart, { clock, environment: createFakeEnvironment() }),
  );
  return { download, clock, page };
}

const { signal } = new AbortController();

test('the code of a download is asked for once the document is known to be a large one', async () => {
  const { download, page } = offer(200);
  expect(await download.isOffered('', signal)).toBe(true);
  expect(page.imports).toBe(1);
});

test('a document that is small needs none', async () => {
  const { download, page } = offer(204);
  expect(await download.isOffered('', signal)).toBe(false);
  expect(page.imports).toBe(0);
});

test('[G3] a download whose code does not come is left to the socket before anybody has waited for long', async () => {
  const { download, clock } = offer(200);
  await download.isOffered('', signal);
  const given = expect(download.finish('', signal)).rejects.toMatchObject({ code: 'unreachable' });
  clock.advance(1_500);
  await given;
  expect(clock.waiting).toBe(0);
});
