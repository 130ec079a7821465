import { mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ApiError } from '../problems.ts';
import { deriveCursorKeys, keepCursorKey } from './cursor-keys.ts';
import { createCursors } from './cursors.ts';

const SECRET = 'a secret of the tests that is long enough';
const NEXT = 'another secret of the tests, long enough';

describe('a place in a list', () => {
  it('[G6] is not to be read, nor made up, by whom it is given to', () => {
    const cursors = createCursors();
    const sealed = cursors.seal('team/secret');
    expect(Buffer.from(sealed, 'base64url').toString('latin1')).not.toContain('secret');
    expect(cursors.open(sealed)).toBe('team/secret');
    const bytes = Buffer.from(sealed, 'base64url');
    bytes[bytes.length - 1] = (bytes.at(-1) ?? 0) ^ 1;
    for (const other of [bytes.toString('base64url'), createCursors().seal('team/secret'), 'team/secret', '']) {
      expect(() => cursors.open(other)).toThrow(ApiError);
    }
  });

  it('is known on every node with the secret of the cluster, also while it is being changed', () => {
    const [one, other] = [createCursors(deriveCursorKeys([SECRET])), createCursors(deriveCursorKeys([SECRET]))];
    expect(other.open(one.seal('plan'))).toBe('plan');
    const changing = createCursors(deriveCursorKeys([NEXT, SECRET]));
    const changed = createCursors(deriveCursorKeys([NEXT]));
    expect(changing.open(one.seal('plan'))).toBe('plan');
    expect(changed.open(changing.seal('plan'))).toBe('plan');
    expect(() => changed.open(one.seal('plan'))).toThrow('begin anew');
  });
});

describe('the key of a node by itself', () => {
  const warnings: unknown[] = [];
  const log = pino({ level: 'warn' }, { write: (line) => void warnings.push(line) });
  let directory: string;
  beforeEach(async () => {
    warnings.length = 0;
    directory = await mkdtemp(join(tmpdir(), 'quire-cursor-key-'));
  });
  afterEach(() => rm(directory, { recursive: true }));

  it('is drawn once, for nobody else to read, and anew where it was cut short', async () => {
    const path = join(directory, 'cursor-key');
    const [drawn] = await keepCursorKey(path, log);
    expect(await keepCursorKey(path, log)).toEqual([drawn]);
    expect((await stat(path)).mode & 0o777).toBe(0o600);
    await writeFile(path, drawn.subarray(1));
    const [again] = await keepCursorKey(path, log);
    expect(again.equals(drawn)).toBe(false);
    expect(await keepCursorKey(path, log)).toEqual([again]);
    expect(warnings).toEqual([]);
  });

  it('lasts as long as the process where it can not be kept, which is said', async () => {
    const path = join(directory, 'missing', 'cursor-key');
    const [drawn] = await keepCursorKey(path, log);
    expect(await keepCursorKey(path, log)).not.toEqual([drawn]);
    expect(warnings).toHaveLength(2);
  });
});
