import type { DialectName } from './dialect.ts';
import type { Operator } from './operator.ts';

/** The server that is checked, and what whoever runs the suite has given for it. */
export interface Target {
  /** Of the Hocuspocus dialect: the address of the socket. Of y-websocket: what stands before `/<document>`. */
  readonly url: string;
  readonly dialect: DialectName;
  /** Of somebody who may write; empty for none. */
  readonly token: string;
  /** Of somebody else who may write; null where there is none to check with. */
  readonly otherToken: string | null;
  /** Of somebody who may only read; null where there is none to check with. */
  readonly readerToken: string | null;
  /** Null where the server can't be killed. */
  readonly operator: Operator | null;
  /** Every time limit is multiplied by it. */
  readonly patience: number;
}
