import { encodePresence } from '@quire/protocol';
import type { Pen } from '../pen.ts';
import { binary } from '../wire.ts';
import { type FrameKind, kind } from './frame-kind.ts';
import { healthyKinds } from './healthy.ts';
import { mutations } from './mutations.ts';

/** What of a healthy frame is changed: the deeper inside, the further it gets before anybody can tell. */
interface Target {
  readonly name: string;
  readonly breaksFraming?: true;
  write(pen: Pen, mutate: (bytes: Uint8Array) => Uint8Array): Buffer;
}

const targets: readonly Target[] = [
  {
    name: 'the bytes on the wire',
    breaksFraming: true,
    write: (pen, mutate) => Buffer.from(mutate(Buffer.concat(pickHealthy(pen).write(pen)))),
  },
  { name: 'a frame', write: (pen, mutate) => binary(mutate(pickPayload(pen))) },
  {
    name: 'an update',
    write: ({ encode, author }, mutate) => binary(encode({ kind: 'update', update: mutate(author.type()) })),
  },
  {
    name: 'a step 2',
    write: ({ encode, author }, mutate) => {
      author.type();
      return binary(encode({ kind: 'step-2', update: mutate(author.everything()) }));
    },
  },
  {
    name: 'a state vector',
    write: ({ encode, author }, mutate) => {
      author.type();
      return binary(encode({ kind: 'step-1', stateVector: mutate(author.stateVector()) }));
    },
  },
  {
    name: 'a presence message',
    write: ({ encode, author }, mutate) => {
      const entry = { clientId: author.client, clock: author.nextClock(), state: '{"user":{"name":"Eve"}}' };
      return binary(encode({ kind: 'presence', presence: mutate(encodePresence([entry])) }));
    },
  },
];

export const mutatedKinds: readonly FrameKind[] = targets.flatMap((target) =>
  mutations.map(({ name, mutate }) =>
    kind(`${target.name}, ${name}`, (pen) => target.write(pen, (bytes) => mutate(bytes, pen.random)), {
      breaksFraming: target.breaksFraming ?? false,
    }),
  ),
);

function pickHealthy({ random, dialect }: Pen): FrameKind {
  return random.pick(healthyKinds.filter(({ dialects }) => dialects.includes(dialect)));
}

function pickPayload({ random, encode, author }: Pen): Uint8Array {
  return random.pick<() => Uint8Array>([
    () => encode({ kind: 'update', update: author.type() }),
    () => encode({ kind: 'step-1', stateVector: author.stateVector() }),
    () => encode({ kind: 'step-2', update: author.everything() }),
    () => encode({ kind: 'query-presence' }),
    () =>
      encode({
        kind: 'presence',
        presence: encodePresence([{ clientId: author.client, clock: author.nextClock(), state: '{}' }]),
      }),
  ])();
}
