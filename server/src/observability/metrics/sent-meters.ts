import { hocuspocusTypes, type ServerFrame, syncTypes, yWebsocketTypes } from '@quire/protocol';
import { Distribution } from './distribution.ts';
import { type SentKind, sentKinds } from './label-values.ts';
import { metricTable } from './metric-table.ts';
import { Tally } from './tally.ts';

/** Messages to clients, by kind. */
export class SentMeters {
  readonly frames = new Tally(sentKinds);
  readonly bytes = new Tally(sentKinds);
  readonly sizes = new Distribution(metricTable.quire_sent_frame_bytes.buckets);

  /** One message that went to so many sockets. */
  add(kind: SentKind, bytes: number, sockets = 1): void {
    if (sockets === 0) return;
    this.frames.add(kind, sockets);
    this.bytes.add(kind, bytes * sockets);
    this.sizes.observe(bytes, sockets);
  }
}

/** What a message is, by the first bytes behind its address. */
export function kindOfBody(body: Uint8Array): SentKind {
  switch (body[0]) {
    case yWebsocketTypes.sync:
      return body[1] === syncTypes.update ? 'update' : body[1] === syncTypes.step1 ? 'step-1' : 'step-2';
    case yWebsocketTypes.presence:
      return 'presence';
    case hocuspocusTypes.stateless:
      return 'stateless';
    case hocuspocusTypes.receipt:
      return body[1] === 1 ? 'receipt' : 'refusal';
    default:
      return 'refusal'; // y-websocket's "permission denied"
  }
}

/** What a message is that is still a frame. */
export function kindOfSaid(frame: ServerFrame): SentKind {
  return frame.kind === 'receipt' && !frame.durable ? 'refusal' : frame.kind;
}
