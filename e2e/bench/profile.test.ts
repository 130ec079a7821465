import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { runDocumentedBlock } from './documented-block.ts';

/** It takes some five seconds, and longer on a busy machine. */
const TIMEOUT_MS = 120_000;

test(
  'docs/benchmarks.md: a profile is kept of a server while it is measured, and says where its time went',
  async () => {
    const directory = await mkdtemp(join(tmpdir(), 'quire-bench-profile-'));
    try {
      const { status, printed } = await runDocumentedBlock('e2e/bench/profile.test.ts', directory);
      expect(status, printed).toBe(0);
      expect(printed).toMatch(/^busy for \d+ ms$/m);
      expect(printed).toMatch(/^yjs\/yjs\.mjs +\d+ +\d/m);
    } finally {
      await rm(directory, { recursive: true, force: true });
    }
  },
  TIMEOUT_MS,
);
