import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { root } from './compose-file.ts';
import { judgeComposeFile } from './docker-compose.ts';

const read = (path: string): string => readFileSync(join(root, path), 'utf8');

describe('docker-compose', () => {
  it.each(['docker-compose.yml', 'docker-compose.single.yml'])('accepts %s', (path) => {
    expect(judgeComposeFile(read(path))).toEqual({ isAccepted: true, said: '' });
  });

  it.each([
    {
      fault: 'a word that the specification does not have',
      from: 'interval: 2s',
      to: 'intervall: 2s',
      names: 'intervall',
    },
    { fault: 'a condition that it does not have', from: 'service_healthy', to: 'service_wealthy', names: 'depends_on' },
    { fault: 'a service that is not there', from: 'redis: { condition', to: 'redos: { condition', names: 'redos' },
    { fault: 'a volume that is not there', from: '[data-2:/data', to: '[data-9:/data', names: 'data-9' },
  ])('would refuse $fault', ({ from, to, names }) => {
    const text = read('docker-compose.yml');
    expect(text).toContain(from);
    expect(judgeComposeFile(text.replaceAll(from, to))).toEqual({
      isAccepted: false,
      said: expect.stringContaining(names),
    });
  });
});
