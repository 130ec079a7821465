import { expect, test } from 'vitest';
import { summarizeProfile } from './profile.ts';

const frame = (functionName: string, url: string, lineNumber = 0) => ({ functionName, url, lineNumber });

test('self time is summed by function and by package, and idling is left out', () => {
  const summary = summarizeProfile({
    nodes: [
      { id: 1, callFrame: frame('(idle)', '') },
      { id: 2, callFrame: frame('applyUpdate', 'file:///x/node_modules/yjs/dist/yjs.mjs', 9) },
      { id: 3, callFrame: frame('(garbage collector)', '') },
    ],
    samples: [1, 2, 2, 3],
    timeDeltas: [9000, 2000, 4000, 2000],
  });
  expect(summary.busyMs).toBe(8);
  expect(summary.functions[0]).toEqual({ place: 'applyUpdate yjs/yjs.mjs:10', selfMs: 6, fraction: 0.75 });
  expect(summary.packages.map(({ place }) => place)).toEqual(['yjs/yjs.mjs', '(garbage collector)']);
});
