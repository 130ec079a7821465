import { expect, it } from 'vitest';
import { type CloseCode, closeCodes } from '../protocol/src/close-codes.ts';

/** As much as is needed here of what the client and the app have: both are of the browser, and their types with them. */
interface Status {
  readonly state: string;
  readonly label: string;
}
interface RoomMachineModule {
  createRoomMachine(now: number, online: boolean): object;
  advance(machine: object, event: object, now: number): { readonly machine: object };
  describeStatus(machine: object, now: number): Status;
}
interface TroubleWordsModule {
  describeTrouble(status: Status): { readonly title: string; readonly advice: string } | null;
}

const load = (path: string): Promise<unknown> => import(new URL(path, import.meta.url).href);
const { advance, createRoomMachine, describeStatus } = (await load(
  '../client/sdk/src/room-machine.ts',
)) as RoomMachineModule;
const { describeTrouble } = (await load('../client/app/src/editor/trouble-words.ts')) as TroubleWordsModule;

/** Somebody who was in, and had something to say, when their connection was closed for this. */
function statusAfter(close: CloseCode): Status {
  const events = [
    { type: 'joining' },
    { type: 'authenticated', scope: 'read-write' },
    { type: 'sent', frame: 'step-2' },
    { type: 'content' },
    { type: 'receipt', durable: true },
    { type: 'changed' },
    { type: 'sent', frame: 'update' },
    { type: 'closed', close, blamed: true },
  ];
  const machine = events.reduce((before, event) => advance(before, event, 0).machine, createRoomMachine(0, true));
  return describeStatus(machine, 0);
}

it.each(Object.values(closeCodes))('a person whose connection is closed with $name is told so in words', (code) => {
  const status = statusAfter(code);
  const words = describeTrouble(status);
  if (code.shown === null) {
    // What passes by itself needs no more than the status says; only what does may be without words.
    expect([code.retry, status.state, words]).toEqual(['backoff', 'reconnecting', null]);
    expect(status.label).not.toBe('');
    return;
  }
  expect(code.shown).toMatch(/^\p{L}.*[^.]$/u);
  expect(words?.advice).not.toBe('');
  if (status.state === 'gone') expect(words?.title).toContain('deleted');
  else expect([status.state, words?.title]).toEqual(['cannot-save', expect.stringContaining(`: ${code.shown}.`)]);
});
