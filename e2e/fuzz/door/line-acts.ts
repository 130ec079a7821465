import { encodeHocuspocusFrame, MAX_HTTP_BODY_BYTES } from '@quire/protocol';
import type { Random } from '@quire/testing';
import { mutations } from '../frames/mutations.ts';
import { binary, goodbye, ping } from '../wire.ts';
import type { Answer, LineIntruder } from './line-intruder.ts';

/** One thing that somebody does with a session over HTTP. */
export interface LineAct {
  readonly name: string;
  /** All that it may be answered with while the session lives. */
  readonly answers: readonly Answer[];
  /** Nothing can come after it: the session may end by it, or who did it knows no more how much was taken. */
  readonly isLast?: true;
  play(line: LineIntruder, random: Random): Promise<Answer>;
}

const DOCUMENT = 'kept/0';
/** A stateless message that is about nothing: as large as one may be, and of no consequence. */
const LARGE_CHARACTERS = 60_000;
const BEYOND = Number.MAX_SAFE_INTEGER;
const noNumbers = ['-1', '1e3', '0x10', 'NaN', '1.5', '', '%00', '9007199254740993', '%EF%BC%91', 'null'] as const;

const question = (): Buffer => binary(encodeHocuspocusFrame(DOCUMENT, { kind: 'query-presence' }));
const large = (): Buffer =>
  binary(encodeHocuspocusFrame(DOCUMENT, { kind: 'stateless', payload: 'x'.repeat(LARGE_CHARACTERS) }));

/** More than a request may bring, of frames that could have come one by one. */
function tooMuch(): Buffer {
  const one = large();
  return Buffer.concat(Array.from({ length: Math.ceil(MAX_HTTP_BODY_BYTES / one.length) + 1 }, () => one));
}

export const lineActs: readonly LineAct[] = [
  { name: 'a body that follows the last', answers: [204], play: (line) => line.post(question()) },
  {
    name: 'a body that comes twice',
    answers: [204],
    async play(line) {
      const from = line.sent;
      await line.post(question(), { from });
      return line.post(question(), { from });
    },
  },
  {
    name: 'a body that overlaps the last',
    answers: [204],
    async play(line) {
      const from = line.sent;
      await line.post(question());
      return line.post(Buffer.concat([question(), ping()]), { from });
    },
  },
  {
    name: 'a body that leaves something out',
    answers: [409],
    play: (line, random) => line.post(question(), { from: line.sent + 1 + random.below(1_000) }),
  },
  { name: 'a body behind all others', answers: [409], play: (line) => line.post(question(), { from: BEYOND }) },
  {
    name: 'a body behind what is no number',
    answers: [400],
    play: (line, random) => line.post(question(), { from: random.pick(noNumbers) }),
  },
  {
    name: 'an event that never was, acknowledged',
    answers: [409],
    play: (line, random) => line.post(question(), { after: random.oneIn(2) ? BEYOND : line.after + 1_000_000 }),
  },
  {
    name: 'what is no number, acknowledged',
    answers: [400],
    play: (line, random) => line.post(question(), { after: random.pick(noNumbers) }),
  },
  { name: 'an old event, acknowledged again', answers: [204], play: (line) => line.post(question(), { after: 0 }) },
  { name: 'a body of nothing', answers: [204], play: (line) => line.post(Buffer.alloc(0)) },
  {
    name: 'a body that is cut off, and comes again whole',
    answers: [204],
    async play(line, random) {
      const body = Buffer.concat([question(), ping(), question()]);
      await line.begin(body, 1 + random.below(body.length - 1)).hangUp();
      return line.post(body);
    },
  },
  {
    name: 'a body that stops, and another in its place',
    answers: [204],
    async play(line, random) {
      const body = Buffer.concat([question(), question()]);
      const first = line.begin(body, 1 + random.below(body.length - 1));
      const answer = await line.post(body);
      await first.hangUp();
      return answer;
    },
  },
  { name: 'a body that is too large', answers: [413], isLast: true, play: (line) => line.post(tooMuch()) },
  {
    name: 'a stream that is cut and goes on',
    answers: [200],
    play(line) {
      line.cut();
      return line.follow();
    },
  },
  { name: 'a second stream', answers: [200], play: (line) => line.follow() },
  {
    name: 'a stream behind all events',
    answers: [409],
    play: (line) => line.follow(BEYOND),
  },
  {
    name: 'a stream from before what was acknowledged',
    answers: [409],
    async play(line) {
      const acknowledged = line.after;
      await line.post(question());
      return line.follow(acknowledged - 1);
    },
  },
  {
    name: 'a stream behind what is no number',
    answers: [400],
    play: (line, random) => line.follow(random.pick(noNumbers)),
  },
  {
    name: 'a stream that a header wants elsewhere',
    answers: [400],
    play: (line) => line.follow(line.after, { 'Last-Event-ID': 'constructor' }),
  },
  {
    name: 'a session that nobody has',
    answers: [410],
    async play(line, random) {
      const id = random.pick(['constructor', '__proto__', '..', '%2e%2e', 'x'.repeat(4_000), '%00', '%ff']);
      return (await line.send(random.pick(['GET', 'POST', 'DELETE']), `/collab/http/${id}`)).status;
    },
  },
  {
    name: 'a method that is for nothing here',
    answers: [405],
    play: async (line, random) => (await line.send(random.pick(['PUT', 'PATCH', 'QUERY']), line.path)).status,
  },
  {
    name: 'bytes in which something has changed',
    answers: [204, 410],
    isLast: true,
    play: (line, random) => line.post(random.pick(mutations).mutate(question(), random)),
  },
  {
    name: 'bytes that are no frame',
    answers: [204, 410],
    isLast: true,
    play: (line, random) => line.post(Uint8Array.from({ length: 1 + random.below(200) }, () => random.below(256))),
  },
  {
    name: 'a token of somebody else',
    answers: [204],
    play: (line) =>
      line.post(
        binary(encodeHocuspocusFrame(`${DOCUMENT}/x`, { kind: 'token', token: 'x.y.z', providerVersion: null })),
      ),
  },
  { name: 'a goodbye', answers: [204, 410], isLast: true, play: (line) => line.post(goodbye(1001)) },
  {
    name: 'the end of the session',
    answers: [204],
    isLast: true,
    play: async (line) => (await line.send('DELETE', line.path)).status,
  },
];
