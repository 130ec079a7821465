import { expect, it } from 'vitest';
import { ServerClient } from './server-client.ts';

it('writes as one client, and of two at once as another', async () => {
  const client = new ServerClient();
  const gate = Promise.withResolvers<void>();
  const ids: number[] = [];
  const first = client.write(async (id) => {
    ids.push(id);
    await gate.promise;
  });
  const beside = client.write(async (id) => void ids.push(id));
  gate.resolve();
  await Promise.all([first, beside]);
  await expect(client.write(() => Promise.reject(new Error('refused')))).rejects.toThrow('refused');
  await client.write(async (id) => void ids.push(id));
  expect(ids.map((id) => id === client.id)).toEqual([true, false, true]);
  expect(new ServerClient().id).not.toBe(client.id);
});

it('writes the next edit as the same client once the one before is in the document, whatever that still waits for', async () => {
  const client = new ServerClient();
  const [first, second] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  const ids: number[] = [];
  const writeUntil = (end: Promise<void>, isApplied: boolean): Promise<void> =>
    client.write(async (id, applied) => {
      ids.push(id);
      if (isApplied) applied();
      await end;
    });
  const writes = [writeUntil(first.promise, true), writeUntil(second.promise, false)];
  first.resolve();
  await writes[0];
  // The end of the first is not the end of the second, which is in no document yet.
  writes.push(writeUntil(second.promise, false));
  second.resolve();
  await Promise.all(writes);
  expect(ids.map((id) => id === client.id)).toEqual([true, true, false]);
});
