import { Distribution } from './distribution.ts';
import {
  type ConnectionLimit,
  connectionLimits,
  type DialectName,
  dialects,
  nameStatus,
  type PauseReason,
  pauseReasons,
  type ReceivedKind,
  receivedKinds,
  type SessionEnd,
  type SlowReaderLimit,
  sessionEnds,
  slowReaderLimits,
  upgradeStatuses,
} from './label-values.ts';
import { metricTable } from './metric-table.ts';
import { SentMeters } from './sent-meters.ts';
import { Tally } from './tally.ts';

/** What is known of a socket here. */
export interface MeteredSession {
  readonly unsentBytes: number;
}

/** What the gateway counts, in place and as plain numbers: nothing is put into words until somebody scrapes. */
export class GatewayMeters {
  readonly sessions = new Tally(dialects);
  readonly opened = new Tally(dialects);
  readonly closed = new Tally(sessionEnds);
  readonly slowReaders = new Tally(slowReaderLimits);
  readonly connectionsRefused = new Tally(connectionLimits);
  readonly upgradeFailures = new Tally(upgradeStatuses);
  readonly receivedFrames = new Tally(receivedKinds);
  readonly receivedBytes = new Tally(receivedKinds);
  readonly receivedSizes = new Distribution(metricTable.quire_received_frame_bytes.buckets);
  readonly readingPauses = new Tally(pauseReasons);
  sessionsPaused = 0;
  readonly sent = new SentMeters();
  behindSessions = 0;
  httpSessions = 0;
  httpSessionsOpened = 0;
  httpHeldBytes = 0;
  /** Those that had bytes waiting when they were last written to: a scrape looks at these, not at all sessions. */
  readonly #slow = new Set<MeteredSession>();

  sessionOpened(dialect: DialectName): void {
    this.sessions.add(dialect);
    this.opened.add(dialect);
  }

  sessionClosed(session: MeteredSession, dialect: DialectName, end: SessionEnd): void {
    this.sessions.add(dialect, -1);
    this.closed.add(end);
    this.#slow.delete(session);
  }

  slowReaderClosed(limit: SlowReaderLimit): void {
    this.slowReaders.add(limit);
  }

  connectionRefused(limit: ConnectionLimit): void {
    this.connectionsRefused.add(limit);
  }

  upgradeFailed(status: string): void {
    this.upgradeFailures.add(nameStatus(status));
  }

  readingPaused(reason: PauseReason): void {
    this.readingPauses.add(reason);
  }

  pausedSessions(amount: 1 | -1): void {
    this.sessionsPaused += amount;
  }

  received(kind: ReceivedKind, bytes: number): void {
    this.receivedFrames.add(kind);
    this.receivedBytes.add(kind, bytes);
    this.receivedSizes.observe(bytes);
  }

  /** Called after each write. */
  wrote(session: MeteredSession): void {
    if (session.unsentBytes > 0) this.#slow.add(session);
  }

  fellBehind(sessions: 1 | -1): void {
    this.behindSessions += sessions;
  }

  /** Of all sessions, those that come without a WebSocket. */
  overHttp(sessions: 1 | -1): void {
    this.httpSessions += sessions;
    if (sessions > 0) this.httpSessionsOpened += 1;
  }

  /** What sessions over HTTP keep until their client has it. */
  readonly httpHeld = (bytes: number): void => {
    this.httpHeldBytes += bytes;
  };

  /** Looks at the sockets that had bytes waiting, and forgets those that have none any more. */
  measureUnsent(): { readonly sessions: number; readonly bytes: number } {
    let bytes = 0;
    for (const session of this.#slow) {
      const { unsentBytes } = session;
      if (unsentBytes === 0) this.#slow.delete(session);
      bytes += unsentBytes;
    }
    return { sessions: this.#slow.size, bytes };
  }
}
