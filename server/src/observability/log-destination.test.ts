import { spawnSync } from 'node:child_process';
import { constants, mkdtempSync, openSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { openLogDestination } from './log-destination.ts';

const KIB = 1024;

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'quire-log-'));
});
afterEach(() => rmSync(directory, { recursive: true }));

it('[G4] keeps 1 MiB for who does not read, and says of each further line that it is left out', () => {
  const path = join(directory, 'pipe');
  spawnSync('mkfifo', [path]);
  // Both ends in one: somebody may read, and nobody does.
  const fd = openSync(path, constants.O_RDWR | constants.O_NONBLOCK);
  let dropped = 0;
  const stream = openLogDestination(fd, () => {
    dropped += 1;
  });
  stream.on('error', () => {}); // what waits in the end is written to nobody
  const line = `${'x'.repeat(KIB - 1)}\n`;
  for (let written = 0; written < KIB; written += 1) stream.write(line);
  expect(dropped).toBe(0);
  for (let written = 0; written < 3; written += 1) stream.write(line);
  expect(dropped).toBe(3);
  stream.destroy();
});
