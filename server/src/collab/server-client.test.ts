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
