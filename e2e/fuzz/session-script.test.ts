import { expect, test } from 'vitest';
import { frameKinds } from './frames/frame-kinds.ts';
import { printScript, type Script, setPieceCount, writeScript } from './session-script.ts';

const bytesOf = ({ steps }: Script): Buffer[] => steps.flatMap((step) => (step.kind === 'send' ? step.frames : []));

test('the same seed and number write the same bytes; another seed writes others', () => {
  const differing = [];
  for (const index of [0, 50, setPieceCount - 1, setPieceCount, setPieceCount + 40, 5_000]) {
    const [one, again, other] = [7, 7, 8].map((seed) => writeScript(seed, index)) as [Script, Script, Script];
    expect(Buffer.concat(bytesOf(again)).equals(Buffer.concat(bytesOf(one)))).toBe(true);
    expect(printScript(again)).toBe(printScript(one));
    if (!Buffer.concat(bytesOf(other)).equals(Buffer.concat(bytesOf(one)))) differing.push(index);
  }
  expect(differing.length).toBeGreaterThan(3);
});

test('kinds of frames have names of their own, and every one of them is among the set pieces', () => {
  const names = frameKinds.map(({ name }) => name);
  expect(new Set(names).size).toBe(names.length);
  const played = Array.from({ length: setPieceCount }, (_, index) => writeScript(1, index)).flatMap(({ steps }) =>
    steps.flatMap((step) => (step.kind === 'send' ? [step.what.name] : [])),
  );
  expect(names.filter((name) => !played.includes(name))).toEqual([]);
});
