import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { readSnippetsFor } from '../../scripts/snippets/read-snippets.ts';
import { type MeasureName, measures } from './measures.ts';
import { returningAllocator } from './server-gauge.ts';

const root = dirname(dirname(import.meta.dirname));
const MIB = 2 ** 20;

const read = (page: string): string => readFileSync(join(root, page), 'utf8').replaceAll(/\s+/g, ' ');
const inMib = (name: MeasureName): string => `${measures[name].mayGrowBy / MIB} MiB`;

describe('what the docs say of the memory of a soak is so', () => {
  test('docs/operating.md: the allocator of its server', () => {
    const settings = Object.entries(returningAllocator).map((setting) => setting.join('='));
    const blocks = readSnippetsFor(root, 'e2e/soak/memory-of-the-docs.test.ts');
    expect(blocks.map(({ page, code }) => [page, code.trim().split(' ')])).toEqual([['docs/operating.md', settings]]);
  });

  test('docs/operating.md and the README: how much more there may be at its end', () => {
    const allowed = `up to ${inMib('memory')} above its start`;
    expect(read('docs/operating.md')).toContain(allowed);
    expect(read('docs/operating.md')).toContain(`${inMib('heap')} of heap and ${inMib('external')} of buffers`);
    expect(read('README.md')).toContain(`heap within ${inMib('heap')}, all anonymous memory within ${inMib('memory')}`);
  });
});
