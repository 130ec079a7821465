/** What can be wrong with the bytes of a frame. Every decoder of this package throws this and nothing else. */
export type FrameFault =
  | 'truncated'
  | 'trailing-bytes'
  | 'bad-text'
  | 'bad-number'
  | 'bad-epoch'
  | 'unknown-type'
  | 'bad-address';

export class FrameError extends Error {
  override readonly name = 'FrameError';
  readonly fault: FrameFault;

  constructor(fault: FrameFault, message: string, options?: ErrorOptions) {
    super(message, options);
    this.fault = fault;
  }
}
