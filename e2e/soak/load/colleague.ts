import type { Random } from '@quire/testing';
import type * as Y from 'yjs';
import type { EditLedger } from '../../crash/edit-ledger.ts';
import { createHocuspocusWriter } from '../../crash/hocuspocus-writer.ts';
import { createYWebsocketWriter } from '../../crash/y-websocket-writer.ts';
import { enterWithHocuspocus, enterWithYWebsocket, ProviderColleague } from './provider-colleague.ts';
import type { Stage } from './stage.ts';
import { WriterColleague } from './writer-colleague.ts';

/** Somebody who edits a document with others, loses their connection now and then, and comes back. */
export interface Colleague {
  readonly name: string;
  readonly doc: Y.Doc;
  readonly ledger: EditLedger;
  /** Resolves once they have what the document holds. */
  enter(): Promise<void>;
  type(edits: number): Promise<void>;
  /** Moves their cursor, where the client shows one. */
  point(): void;
  /** Says goodbye, edits meanwhile, and returns. */
  workOffline(edits: number): Promise<void>;
  /** Loses the connection in the middle of typing, and returns with what was on its way. */
  stumble(edits: number): Promise<void>;
  /** Resolves once nothing of theirs is on its way. */
  settled(): Promise<void>;
  /** Ends the connection, with or without a goodbye. */
  leave(abruptly: boolean): Promise<void>;
}

export function createColleague(
  kind: 'raw-hocuspocus' | 'raw-y-websocket' | 'hocuspocus' | 'y-websocket',
  stage: Stage,
  document: string,
  name: string,
  random: Random,
): Colleague {
  const { wsUrl } = stage.server;
  switch (kind) {
    case 'raw-hocuspocus':
      return new WriterColleague(stage, createHocuspocusWriter({ wsUrl, document, name, random }));
    case 'raw-y-websocket':
      return new WriterColleague(stage, createYWebsocketWriter({ wsUrl, document, name, random }));
    case 'hocuspocus':
      return new ProviderColleague(stage, name, random, (doc) => enterWithHocuspocus(wsUrl, document, doc));
    case 'y-websocket':
      return new ProviderColleague(stage, name, random, (doc) => enterWithYWebsocket(wsUrl, document, doc));
    default:
      return kind satisfies never;
  }
}
