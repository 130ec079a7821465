// @vitest-environment happy-dom
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { watchLocation } from './location.ts';

type Succeed = (position: { readonly coords: Record<string, number | null> }) => void;
type Refuse = (error: { readonly code: number; readonly message: string }) => void;

const DENIED = { code: 1, message: 'User denied Geolocation' };
const NOT_FOUND = { code: 2, message: 'Position unavailable' };

/** There is no device here, and a test can't be asked whether it may be found. */
let device: { succeed: Succeed; refuse: Refuse; readonly cleared: number[] };

beforeEach(() => {
  device = { succeed: () => {}, refuse: () => {}, cleared: [] };
  vi.stubGlobal('navigator', {
    geolocation: {
      watchPosition(succeed: Succeed, refuse: Refuse) {
        Object.assign(device, { succeed, refuse });
        return 7;
      },
      clearWatch: (watch: number) => device.cleared.push(watch),
    },
  });
});
afterEach(() => {
  vi.unstubAllGlobals();
});

/** As the map does: what is over is stopped at once. */
function watch() {
  const told: unknown[] = [];
  const watching = watchLocation(
    (position) => told.push(position),
    (problem, isOver) => {
      told.push(problem, isOver);
      if (isOver) watching.stop();
    },
  );
  return { told, watching };
}

test.each([
  ['denied', DENIED],
  ['unavailable', NOT_FOUND],
] as const)(
  'who asks where somebody is learns that it is %s, also when that is the end of it',
  async (problem, error) => {
    const { told, watching } = watch();
    device.refuse(error);
    await expect(watching.first).rejects.toMatchObject({ name: 'LocationError', problem });
    expect(told).toEqual([problem, true]);
    expect(device.cleared).toEqual([7]);
  },
);

test('who was found is looked for on, and lost for good only when it is denied', async () => {
  const { told, watching } = watch();
  device.succeed({ coords: { latitude: 1, longitude: 2, accuracy: 3, heading: Number.NaN } });
  await watching.first;
  device.refuse(NOT_FOUND);
  device.refuse(DENIED);
  expect(told).toEqual([{ lat: 1, lng: 2, accuracy: 3, heading: null }, 'unavailable', false, 'denied', true]);
  await watching.first;
});

test('to stop before it is known is no failure', async () => {
  const { told, watching } = watch();
  watching.stop();
  await watching.first;
  expect(told).toEqual([]);
});
