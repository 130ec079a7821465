import { beforeEach, describe, expect, it } from 'vitest';
import { ManualClock } from '../testing/manual-clock.ts';
import { type AuditEntry, limitAuditLog, MAX_LINES, MAX_LINES_PER_ADDRESS } from './audit-log.ts';

const MINUTE_MS = 60_000;

let clock: ManualClock;
let written: AuditEntry[];
beforeEach(() => {
  clock = new ManualClock();
  written = [];
});

function open() {
  const write = (entry: AuditEntry): void => void written.push(entry);
  return limitAuditLog({ warn: write, error: write }, clock);
}

const refused = (address: string, code = 'unauthorized'): AuditEntry => ({ event: 'refused', code, address });

describe('[G4] an audit log that strangers write in', () => {
  it('has the first lines of each address, and says of the others how many they were', () => {
    const log = open();
    for (let time = 0; time < MAX_LINES_PER_ADDRESS + 3; time += 1) log.warn(refused('192.0.2.1'), 'refused');
    log.warn(refused('192.0.2.1', 'forbidden'), 'refused');
    log.warn(refused('192.0.2.2'), 'refused');
    expect(written).toHaveLength(MAX_LINES_PER_ADDRESS + 1);
    expect(written.at(-1)).toEqual(refused('192.0.2.2'));
    clock.advance(MINUTE_MS);
    expect(written.at(-1)).toEqual({ event: 'withheld', codes: { unauthorized: 3, forbidden: 1 } });
    log.warn(refused('192.0.2.1'), 'refused');
    expect(written.at(-1)).toEqual(refused('192.0.2.1'));
    log.close();
  });

  it('has no more lines than it may, from however many addresses they come', () => {
    const log = open();
    for (let at = 0; at < MAX_LINES + 50; at += 1) log.warn(refused(`10.0.${at >> 8}.${at & 255}`), 'refused');
    for (let at = 0; at < 50; at += 1) log.warn(refused(`2001:db8::${at.toString(16)}`), 'refused');
    expect(written).toHaveLength(MAX_LINES);
    clock.advance(MINUTE_MS);
    expect(written.at(-1)).toEqual({ event: 'withheld', codes: { unauthorized: 100 } });
    log.close();
  });

  it('counts failures of the authenticator, too, and says nothing where nothing was withheld', () => {
    const log = open();
    for (let time = 0; time < MAX_LINES_PER_ADDRESS + 1; time += 1) log.error({ document: null }, 'failed');
    clock.advance(MINUTE_MS);
    expect(written.at(-1)).toEqual({ event: 'withheld', codes: { failure: 1 } });
    const before = written.length;
    clock.advance(5 * MINUTE_MS);
    expect(written).toHaveLength(before);
    log.close();
  });

  it('says at its end what it has withheld, and leaves no timer behind', () => {
    const log = open();
    for (let time = 0; time < MAX_LINES_PER_ADDRESS + 2; time += 1) log.warn(refused('192.0.2.1'), 'refused');
    log.close();
    expect(written.at(-1)).toEqual({ event: 'withheld', codes: { unauthorized: 2 } });
    expect(clock.pending).toBe(0);
  });
});
