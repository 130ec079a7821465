import { type DialectName, dialects } from '../../bad-input/offender.ts';
import type { Pen } from '../pen.ts';

/** One of the things that intruders send: each of them has to occur in every run. */
export interface FrameKind {
  readonly name: string;
  readonly dialects: readonly DialectName[];
  /** Whether a healthy client could send it when it is in. */
  readonly healthy: boolean;
  /**
   * Whether it uses up what the people of one document have in common, such as the room for what waits for the disk: those
   * are sent into documents of intruders only.
   */
  readonly crowds: boolean;
  /**
   * Whether its bytes may be the beginning of a frame that never ends, in which all that follows is lost, or a goodbye with
   * any code.
   */
  readonly breaksFraming: boolean;
  /** As they go to the wire; several for a flood. */
  write(pen: Pen): readonly Buffer[];
}

type Details = Partial<Pick<FrameKind, 'dialects' | 'healthy' | 'crowds' | 'breaksFraming'>>;

export function kind(name: string, write: (pen: Pen) => Buffer | readonly Buffer[], details: Details = {}): FrameKind {
  return {
    name,
    dialects,
    healthy: false,
    crowds: false,
    breaksFraming: false,
    ...details,
    write(pen) {
      const written = write(pen);
      return Buffer.isBuffer(written) ? [written] : written;
    },
  };
}
