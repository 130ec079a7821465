import { expect, it } from 'vitest';
import { makeCrowd } from '../testing/made-up-updates.ts';
import { IntegrationOrder, type Struct } from './integration-order.ts';
import { inspectUpdate } from './update-inspection.ts';

it('[G4] takes the highest client first, however an update is written: in the other order each goes past all before it', () => {
  const taken: number[] = [];
  const ground = {
    clockOf: () => 0,
    findMissing: () => null,
    integrate: (struct: Struct) => taken.push(struct.id.client),
  };
  const order = new IntegrationOrder(inspectUpdate(makeCrowd(10, 5)).structs);
  while (!order.isExhausted) order.integrate(ground, 100);
  expect(taken).toEqual([14, 13, 12, 11, 10]);
});
