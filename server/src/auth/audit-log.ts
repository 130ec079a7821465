import type { Clock } from '../clock.ts';
import { addressGroup } from '../config/address-range.ts';

/** A line of the log: somebody was turned away, or an authenticator failed. */
export interface AuditEntry {
  /** The name of the close code. */
  readonly code?: string;
  readonly address?: string;
  readonly [detail: string]: unknown;
}

export interface AuditLog {
  warn(entry: AuditEntry, message: string): void;
  error(entry: AuditEntry, message: string): void;
}

const WINDOW_MS = 60_000;
/** More than somebody brings about who tries a few pages; what says no more than the hundred before is only counted. */
export const MAX_LINES_PER_ADDRESS = 100;
/** Of all addresses: some 300 KB a minute. */
export const MAX_LINES = 1_000;

/**
 * The same log, in which strangers can write only so much: whoever can reach a server can have themselves turned away, as
 * fast as it answers. So many lines of each address, and of all, are written in a minute; of the others one line says
 * how many they were, by their codes.
 */
export function limitAuditLog(log: AuditLog, clock: Clock): AuditLog & { close(): void } {
  const lines = new Map<string, number>();
  let written = 0;
  /** By code, of which there are a few dozen. */
  const withheld = new Map<string, number>();

  function mayWrite({ address = '', code = 'failure' }: AuditEntry): boolean {
    const group = addressGroup(address);
    const before = lines.get(group) ?? 0;
    if (before < MAX_LINES_PER_ADDRESS && written < MAX_LINES) {
      lines.set(group, before + 1);
      written += 1;
      return true;
    }
    withheld.set(code, (withheld.get(code) ?? 0) + 1);
    return false;
  }

  function endWindow(): void {
    if (withheld.size > 0) {
      log.warn(
        { event: 'withheld', codes: Object.fromEntries(withheld) },
        'more were turned away than is written down',
      );
    }
    lines.clear();
    withheld.clear();
    written = 0;
  }

  const stop = clock.every(WINDOW_MS, endWindow);
  return {
    warn(entry, message) {
      if (mayWrite(entry)) log.warn(entry, message);
    },
    error(entry, message) {
      if (mayWrite(entry)) log.error(entry, message);
    },
    close() {
      stop();
      endWindow();
    },
  };
}
