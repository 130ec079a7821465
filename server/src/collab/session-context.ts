import type { DocumentStore } from '@quire/persistence';
import type { Standing } from '../auth/standing.ts';
import type { Clock } from '../clock.ts';
import type { EventLimits } from '../events/event-rooms.ts';
import type { Logger } from '../observability/log.ts';
import type { CollabMeters } from '../observability/metrics/collab-meters.ts';
import type { Seats } from '../seats.ts';
import type { Admission } from './admission.ts';
import type { Slicing } from './apply-in-slices.ts';
import type { ConnectionState, DocumentConnection } from './document-connection.ts';
import type { ExtensionGate } from './extension-gate.ts';
import type { GrantRenewals } from './grant-renewals.ts';
import type { GrantWatch } from './grant-watch.ts';
import type { IngestLimits } from './ingest.ts';
import type { Judge } from './judgement-thread.ts';
import type { RunningHooks } from './running-hooks.ts';
import type { SessionPort } from './session-port.ts';

export interface SessionLimits extends IngestLimits, EventLimits {
  readonly maxPresenceStateBytes: number;
  readonly maxPresenceEntries: number;
  /** What may wait, over all documents of a socket, until their connections are established. */
  readonly maxUnestablishedBytes: number;
  readonly maxUnestablishedFrames: number;
  readonly maxDocumentsPerSession: number;
  /** Connections to one document. */
  readonly maxClientsPerDocument: number;
}

/** What a session needs of the collaboration that it belongs to. */
export interface SessionContext {
  readonly gate: ExtensionGate | null;
  readonly hooks: RunningHooks;
  readonly judge: Judge;
  readonly slicing: Slicing;
  readonly limits: SessionLimits;
  readonly store: Pick<DocumentStore, 'status'>;
  readonly log: Logger;
  readonly clock: Clock;
  readonly meters: CollabMeters | null;
  /** Sessions by the id of their user. */
  readonly users: Seats;
  discardDestroyed(name: string): void;
  readonly standing: Pick<Standing, 'findEnd'>;
  readonly renewals: GrantRenewals;
  readonly watch: GrantWatch;
  /** Counts somebody on the way into a document, so that it isn't unloaded under them (R6); returns the end of it. */
  noteEntering(name: string): () => void;
}

export type Established = Extract<ConnectionState, { kind: 'established' }>;

/** Whether what a connection sends next may be handled: not after a refusal, since it builds on what was refused (R4). */
export type Progress = 'go on' | 'stop';

/** What those need of a session who deal with its frames. */
export interface FrameHost {
  readonly port: SessionPort;
  readonly remoteAddress: string;
  readonly context: SessionContext;
  /** Hands on a frame of an established connection that is neither content nor presence. */
  pass(connection: DocumentConnection, frame: Parameters<Admission['pass']>[1]): void;
  /** The socket is gone. */
  readonly isOver: boolean;
  /** Whether so much more may wait, over all documents of the socket. */
  hasRoomToWait(bytes: number): boolean;
  /** The same of what is kept until the client goes on. Alone it may be more. */
  hasRoomToKeep(bytes: number): boolean;
  countWaiting(frames: number, bytes: number): void;
  /**
   * Counts what takes its time, or waits behind that. Beyond a part of what may wait the socket is not read until there is less.
   *
   * @returns false where more than may wait was there already: the session is closed
   */
  beginWaiting(bytes: number): boolean;
  endWaiting(bytes: number): void;
}
