import { framingOffences } from '../../bad-input/framing-offences.ts';
import { offences } from '../../bad-input/offences.ts';
import { binary, text } from '../wire.ts';
import { type FrameKind, kind } from './frame-kind.ts';

/** What is refused one at a time in e2e/bad-input, here among everything else. */
export const forbiddenKinds: readonly FrameKind[] = [
  ...offences.map(({ name, dialects, commit }) =>
    kind(
      name.replaceAll(/\[[GR]\d+\] /g, ''),
      (pen) => {
        const frames: Buffer[] = [];
        const send = (frame: Uint8Array | string): void => {
          frames.push(typeof frame === 'string' ? text(frame) : binary(frame));
        };
        commit({ ...pen, socket: { send } });
        return frames;
      },
      { dialects },
    ),
  ),
  ...framingOffences.map(({ name, bytes }) => kind(`on the wire, ${name}`, () => Buffer.from(bytes))),
];
