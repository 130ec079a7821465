import { Readable } from 'node:stream';
import { setImmediate } from 'node:timers/promises';
import { eventWindow, MAX_HTTP_BODY_BYTES } from '@quire/protocol';
import { beforeEach, describe, expect, it } from 'vitest';
import { ManualClock } from '../../testing/manual-clock.ts';
import { readDrainMark } from '../drain-progress.ts';
import { type DownStream, FIRST_STREAM_GRACE_MS, HttpLine, STREAM_GRACE_MS } from './http-line.ts';

const KIB = 1024;

let clock: ManualClock;
let line: HttpLine;
/** As it is counted. */
let held: number;
beforeEach(() => {
  clock = new ManualClock();
  held = 0;
  line = new HttpLine(clock, (bytes) => {
    held += bytes;
  });
});

class Stream implements DownStream {
  readonly parts: { readonly number: number; readonly bytes: Buffer }[] = [];
  isOver = false;
  isCut = false;
  isFull = false;
  /** Takes no more for now after each part. */
  isSlow = false;

  send(number: number, bytes: Buffer): void {
    this.parts.push({ number, bytes });
    this.isFull = this.isSlow;
  }

  keepAlive(): void {}

  end(): void {
    this.isOver = true;
  }

  cut(): void {
    this.isCut = true;
  }

  drain(): void {
    this.isFull = false;
    line.handOut(this);
  }

  get numbers(): number[] {
    return this.parts.map(({ number }) => number);
  }

  get bytes(): Buffer {
    return Buffer.concat(this.parts.map(({ bytes }) => bytes));
  }
}

function follow(after = 0, { isSlow = false } = {}): Stream {
  const stream = new Stream();
  stream.isSlow = isSlow;
  line.attach(stream, after);
  return stream;
}

const bodyOf = (text: string | Buffer): Readable => Readable.from([Buffer.from(text)]);

/** As it comes from a socket. */
function* cut(bytes: Buffer): Generator<Buffer> {
  for (let at = 0; at < bytes.length; at += 64 * KIB) yield bytes.subarray(at, at + 64 * KIB);
}

function readUp(): () => string {
  let text = '';
  line.on('data', (chunk: Buffer) => {
    text += chunk.toString();
  });
  return () => text;
}

describe('what comes up', () => {
  it('[G1] counts once, whether it is sent again whole, in part, or with more behind it', async () => {
    const read = readUp();
    expect(await line.takeBody(bodyOf('one '), 0)).toBe('taken');
    expect(await line.takeBody(bodyOf('one '), 0)).toBe('taken');
    expect(await line.takeBody(bodyOf('e two '), 2)).toBe('taken');
    expect(await line.takeBody(bodyOf('two three'), 4)).toBe('taken');
    expect(read()).toBe('one two three');
  });

  it('[G1] waits for what lies before it', async () => {
    const read = readUp();
    expect(await line.takeBody(bodyOf('two'), 4)).toBe('gap');
    expect(await line.takeBody(bodyOf('one '), 0)).toBe('taken');
    expect(await line.takeBody(bodyOf('two'), 4)).toBe('taken');
    expect(read()).toBe('one two');
  });

  it('[G1] counts as far as it came when it is cut off', async () => {
    const read = readUp();
    const body = new Readable({ read() {} });
    const taken = line.takeBody(body, 0);
    body.push('one t');
    await setImmediate();
    body.destroy(new Error('cut'));
    expect(await taken).toBe('cut');
    expect(await line.takeBody(bodyOf('one two'), 0)).toBe('taken');
    expect(read()).toBe('one two');
  });

  it('[G4] [R4] is taken no faster than it is read', async () => {
    const chunk = Buffer.alloc(64 * KIB);
    let given = 0;
    const body = new Readable({
      highWaterMark: 1,
      read() {
        given += 1;
        this.push(given <= 10 ? chunk : null);
      },
    });
    const taken = line.takeBody(body, 0);
    for (let turn = 0; turn < 50; turn += 1) await setImmediate();
    expect(given).toBeLessThan(5);
    line.resume();
    expect(await taken).toBe('taken');
    expect(given).toBe(11);
  });

  it('[G4] is no more in many bodies than in one: the latest counts, and those before it are answered', async () => {
    const flood = Array.from({ length: 50 }, () => Buffer.alloc(MAX_HTTP_BODY_BYTES, 'x'));
    const taken = flood.map((bytes) => line.takeBody(Readable.from(cut(bytes)), 0));
    const last = taken.pop();
    expect(new Set(await Promise.all(taken))).toEqual(new Set(['superseded']));
    expect(line.readableLength).toBeLessThan(200 * KIB);
    const read = readUp();
    expect(await last).toBe('taken');
    expect(read()).toHaveLength(MAX_HTTP_BODY_BYTES);
  });

  it('[G4] is held no more when body follows body while nobody reads', async () => {
    for (let from = 0; from < 50; from += 1) {
      void line.takeBody(bodyOf(Buffer.alloc(64 * KIB)), line.readableLength);
      await setImmediate();
    }
    expect(line.readableLength).toBeLessThan(200 * KIB);
  });

  it('[G1] is whole when a body whose answer was lost is sent again while the first one waits', async () => {
    const bytes = Buffer.from('0123456789'.repeat(50 * KIB));
    const first = line.takeBody(Readable.from(cut(bytes)), 0);
    for (let turn = 0; turn < 20; turn += 1) await setImmediate();
    const second = line.takeBody(Readable.from(cut(bytes)), 0);
    expect(await first).toBe('superseded');
    const read = readUp();
    expect(await second).toBe('taken');
    expect(read()).toBe(bytes.toString());
  });

  it('lets what is left of a superseded body pass, since its connection is for more than that', async () => {
    const read = readUp();
    const body = new Readable({ read() {} });
    const first = line.takeBody(body, 0);
    body.push('one');
    await setImmediate();
    const second = line.takeBody(bodyOf('one two'), 0);
    expect(await first).toBe('superseded');
    const passed = new Promise<void>((resolve) => body.once('end', resolve));
    body.push(' thr');
    await setImmediate();
    body.push('ee');
    body.push(null);
    await passed;
    expect(await second).toBe('taken');
    expect(read()).toBe('one two');
  });

  it('[G4] is limited, body by body', async () => {
    line.resume();
    expect(await line.takeBody(bodyOf(Buffer.alloc(MAX_HTTP_BODY_BYTES + 1)), 0)).toBe('too-large');
    expect(await line.takeBody(bodyOf(Buffer.alloc(MAX_HTTP_BODY_BYTES)), 0)).toBe('taken');
  });

  it('is told when the session has ended, also in the middle', async () => {
    const body = new Readable({ read() {} });
    const taken = line.takeBody(body, 0);
    body.push('one');
    await setImmediate();
    line.destroy();
    body.push('two');
    expect(await taken).toBe('over');
    expect(await line.takeBody(bodyOf('three'), 3)).toBe('over');
  });
});

describe('what goes down', () => {
  it('[R4] is numbered, and given to the next stream from where the client is', () => {
    const first = follow();
    line.write('one');
    line.write('two');
    line.detach(first);
    line.write('three');
    const second = follow(1);
    line.write('four');
    expect(first.numbers).toEqual([1, 2]);
    expect(second.numbers).toEqual([2, 3, 4]);
    expect(second.bytes.toString()).toBe('twothreefour');
  });

  it('goes to the latest stream alone, and the one before is cut', () => {
    const first = follow();
    const second = follow();
    expect(first.isCut).toBe(true);
    line.detach(first);
    line.write('one');
    expect(first.numbers).toEqual([]);
    expect(second.numbers).toEqual([1]);
  });

  it('can be followed from nowhere else than what is there', () => {
    follow();
    for (const text of ['one', 'two', 'three']) line.write(text);
    expect([0, 1, 2, 3, 4].map((after) => line.canFollow(after))).toEqual([true, true, true, true, false]);
    expect(line.acknowledge(2)).toBe(true);
    expect(line.acknowledge(4)).toBe(false);
    expect([0, 1, 2, 3].map((after) => line.canFollow(after))).toEqual([false, false, true, true]);
    expect(() => line.attach(new Stream(), 1)).toThrow('after part 1');
  });

  it('[G4] [R15] is no more than a window until the client says that it arrived, which counts as progress', () => {
    const stream = follow();
    line.write(Buffer.alloc(1024 * KIB));
    expect(stream.bytes.length).toBeGreaterThan(200 * KIB);
    expect(stream.bytes.length).toBeLessThan(320 * KIB);
    expect(line.writableLength).toBe(1024 * KIB);
    expect(held).toBe(stream.bytes.length + stream.parts.length * eventWindow.overheadBytes);
    let mark = readDrainMark(line);
    while (stream.bytes.length < 1024 * KIB) {
      line.acknowledge(stream.numbers.at(-1) ?? 0);
      expect(readDrainMark(line)).toBeLessThan(mark);
      mark = readDrainMark(line);
    }
    expect(line.writableLength).toBe(0);
    line.acknowledge(stream.numbers.at(-1) ?? 0);
    expect(held).toBe(0);
  });

  it('[G4] is not copied, so that a large document is there once for all who are sent it', () => {
    const stream = follow();
    const document = Buffer.alloc(1024 * KIB, '0123456789');
    const [header, next] = ['its header', 'what comes next'].map((text) => Buffer.from(text));
    if (header === undefined || next === undefined) throw new Error('two texts expected');
    line.cork();
    for (const bytes of [header, document, next]) line.write(bytes);
    line.uncork();
    while (line.writableLength > 0) line.acknowledge(stream.numbers.at(-1) ?? 0);
    expect(stream.bytes.equals(Buffer.concat([header, document, next]))).toBe(true);
    const copied = stream.parts.filter(({ bytes }) => bytes.buffer !== document.buffer);
    expect(copied.map(({ number }) => number)).toEqual([1, stream.parts.length]);
  });

  it('[G4] is given to a stream part by part, as fast as that is read', () => {
    const former = follow();
    line.write(Buffer.alloc(200 * KIB, 'x'));
    expect(former.bytes).toHaveLength(200 * KIB);
    const slow = follow(0, { isSlow: true });
    expect(slow.numbers).toEqual([1]);
    former.drain();
    line.write('the last');
    expect(slow.numbers).toEqual([1]);
    slow.drain();
    expect(slow.numbers).toEqual([1, 2]);
    // What was acknowledged is given no more.
    line.acknowledge(3);
    slow.drain();
    expect(slow.numbers).toEqual([1, 2, 4]);
    for (let part = 0; part < 5; part += 1) slow.drain();
    expect(slow.numbers).toEqual([1, 2, 4, 5, 6]);
    expect(slow.bytes.subarray(-8).toString()).toBe('the last');
  });

  it('is all on its way to a slow stream when the session ends', async () => {
    const slow = follow(0, { isSlow: true });
    line.resume();
    line.write(Buffer.alloc(200 * KIB));
    const closed = new Promise<void>((resolve) => line.once('close', resolve));
    line.end('bye');
    await closed;
    expect(slow.bytes.subarray(-3).toString()).toBe('bye');
    expect(slow.bytes).toHaveLength(200 * KIB + 3);
    expect(slow.isOver).toBe(true);
  });

  it('[G4] is a window of small parts too', () => {
    const stream = follow();
    for (let count = 0; count < 100_000; count += 1) line.write('x');
    expect(stream.numbers.length).toBeLessThan(3_000);
  });
});

describe('a client without its stream', () => {
  it('[G7] is gone after a while, and not before', () => {
    const stream = follow();
    clock.advance(60_000);
    line.detach(stream);
    clock.advance(STREAM_GRACE_MS - 1);
    expect(line.destroyed).toBe(false);
    const next = follow();
    clock.advance(60_000);
    expect(line.destroyed).toBe(false);
    line.detach(next);
    clock.advance(STREAM_GRACE_MS);
    expect(line.destroyed).toBe(true);
  });

  it('[G4] has as long for its first one', () => {
    clock.advance(FIRST_STREAM_GRACE_MS - 1);
    expect(line.destroyed).toBe(false);
    clock.advance(1);
    expect(line.destroyed).toBe(true);
  });
});

it('leaves nothing behind', async () => {
  const stream = follow();
  line.detach(stream);
  const last = follow();
  line.write(Buffer.alloc(KIB));
  expect(held).toBeGreaterThan(KIB);
  line.destroy();
  expect(held).toBe(0);
  expect(last.isOver).toBe(true);
  expect(clock.pending).toBe(0);
  expect(line.canFollow(0)).toBe(false);
});

it('ends its stream and itself when both sides have said goodbye', async () => {
  const stream = follow();
  line.resume();
  const closed = new Promise<void>((resolve) => line.once('close', resolve));
  line.end('bye');
  await closed;
  expect(stream.bytes.toString()).toBe('bye');
  expect(stream.isOver).toBe(true);
});
