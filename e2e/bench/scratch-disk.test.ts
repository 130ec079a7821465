import { expect, test } from 'vitest';
import { describeScratchDisk, findFileSystem } from './scratch-disk.ts';

const mounts = [
  '21 1 8:1 / / rw,relatime shared:1 - ext4 /dev/root rw',
  '22 21 0:5 / /tmp rw shared:2 - xfs /dev/sdb rw',
  '23 22 0:6 / /tmp/in\\040memory rw - tmpfs tmpfs rw,size=1g',
  '24 21 0:7 / /data rw - ext4 /dev/sdc rw',
  '25 24 0:8 / /data rw master:1 propagate_from:2 - btrfs /dev/sdd rw',
].join('\n');

test.each([
  ['/tmp', 'xfs'],
  ['/tmp/here', 'xfs'],
  ['/tmp/in memory/here', 'tmpfs'],
  ['/tmpfoo', 'ext4'],
  ['/data', 'btrfs'],
])('%s is on %s: the last and innermost mount counts', (path, type) => {
  expect(findFileSystem(path, mounts)).toBe(type);
});

test('where no mount holds a path, nothing is made up', () => {
  expect(findFileSystem('/tmp', 'nonsense\n')).toBe(null);
});

test('the one of this machine is known', () => {
  expect(describeScratchDisk()).toMatch(/^\w+$/);
});
