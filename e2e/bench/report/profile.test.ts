import { expect, test } from 'vitest';
import { summarizeProfile } from './profile.ts';

const frame = (functionName: string, url: string, lineNumber = 0) => ({ functionName, url, lineNumber });

test('self time is summed by function and by package, and idling is left out', () => {
  const summary = summarizeProfile({
    nodes: [
      { id: 1, callFrame: frame('(idle)', '') },
      { id: 2, callFrame: frame('applyUpdate', 'file:///x/node_modules/yjs/dist/yjs.mjs', 9), children: [4] },
      { id: 3, callFrame: frame('(garbage collector)', '') },
      { id: 4, callFrame: frame('writev', '') },
    ],
    samples: [1, 2, 2, 3, 4],
    timeDeltas: [9000, 2000, 4000, 1000, 1000],
  });
  expect(summary.busyMs).toBe(8);
  expect(summary.functions).toEqual([
    { place: 'applyUpdate yjs/yjs.mjs:10', selfMs: 6, fraction: 0.75 },
    { place: '(garbage collector)', selfMs: 1, fraction: 0.125 },
    { place: 'writev ← applyUpdate yjs/yjs.mjs', selfMs: 1, fraction: 0.125 },
  ]);
  expect(summary.packages.map(({ place }) => place)).toEqual(['yjs/yjs.mjs', '(garbage collector)', '(native)']);
});
