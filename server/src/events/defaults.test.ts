import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { fields } from '../config/fields.ts';

const page = readFileSync(new URL('../../../docs/events.md', import.meta.url), 'utf8').replaceAll(/\s+/g, ' ');
const defaultOf = (path: string): number => Number(fields.find((field) => field.path === path)?.default);

it.each([
  ['events.replayEvents', (count: number) => `last ${count} events`],
  ['events.replayBytes', (bytes: number) => `${bytes / 1024} KiB and`],
  ['events.replayMs', (ms: number) => `${ms / 1000} seconds`],
  ['limits.maxEventsPerSecond', (count: number) => `${count} events in a second of one connection`],
  ['limits.maxEventsPerSecondPerDocument', (count: number) => `${count} of one document`],
  ['limits.maxEventBytes', (bytes: number) => `${bytes / 1024} KiB of data`],
])('the page about events says what the default of %s is', (path, describe) => {
  expect(page).toContain(describe(defaultOf(path)));
});
