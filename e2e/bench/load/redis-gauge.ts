import { connect, type Socket } from 'node:net';
import { pause } from './pause.ts';

/** What a Redis counts since it was started. */
export interface RedisCounts {
  readonly inBytes: number;
  readonly outBytes: number;
  readonly commands: number;
}

export interface StreamPayload {
  readonly records: number;
  readonly bytes: number;
}

/** Looks at a Redis over one connection; what it says and hears itself is not in what it reads. */
export interface RedisGauge {
  counts(): Promise<RedisCounts>;
  /** How often a command was called, its name in small letters. */
  calls(command: string): Promise<number>;
  /** What all streams took in between two moments of the wall clock: the values of their fields, without what Redis keeps around them. */
  payload(fromMs: number, toMs: number): Promise<StreamPayload>;
  close(): void;
}

const ANSWER_TIMEOUT_MS = 10_000;
const LOOK_EVERY_MS = 10;

/** Every stream there is, whoever writes it. */
const COUNT_PAYLOAD = `
local records, bytes = 0, 0
for _, key in ipairs(redis.call('KEYS', '*')) do
  if redis.call('TYPE', key).ok == 'stream' then
    for _, entry in ipairs(redis.call('XRANGE', key, ARGV[1], ARGV[2])) do
      records = records + 1
      for index = 2, #entry[2], 2 do bytes = bytes + #entry[2][index] end
    end
  end
end
return records .. ' ' .. bytes`;

export async function openRedisGauge(port: number): Promise<RedisGauge> {
  const socket = await open(port);
  const own = { inBytes: 0, outBytes: 0, commands: 0 };

  async function askAndCount(...words: readonly string[]): Promise<string> {
    const answer = await ask(socket, ...words);
    own.inBytes += answer.askedBytes;
    own.outBytes += answer.answeredBytes;
    own.commands += 1;
    return answer.text;
  }

  return {
    async counts() {
      // Redis has read the question when it counts, but neither done nor answered it.
      const before = { ...own };
      const info = await askAndCount('INFO', 'stats');
      return {
        inBytes: numberIn(info, /^total_net_input_bytes:(\d+)/m) - own.inBytes,
        outBytes: numberIn(info, /^total_net_output_bytes:(\d+)/m) - before.outBytes,
        commands: numberIn(info, /^total_commands_processed:(\d+)/m) - before.commands,
      };
    },
    async calls(command) {
      return numberIn(await askAndCount('INFO', 'commandstats'), new RegExp(`^cmdstat_${command}:calls=(\\d+)`, 'm'));
    },
    async payload(fromMs, toMs) {
      const answer = await askAndCount('EVAL', COUNT_PAYLOAD, '0', String(fromMs), String(toMs));
      const [records = 0, bytes = 0] = answer.split(' ').map(Number);
      return { records, bytes };
    },
    close: () => socket.destroy(),
  };
}

function numberIn(info: string, pattern: RegExp): number {
  return Number(pattern.exec(info)?.[1] ?? 0);
}

/**
 * Resolves once there is a Redis that answers and has read its file.
 *
 * @throws when time is up
 */
export async function untilRedisAnswers(port: number, timeoutMs: number): Promise<void> {
  const deadline = performance.now() + timeoutMs;
  for (let fault: unknown = null; performance.now() < deadline; ) {
    try {
      const socket = await open(port);
      try {
        await ask(socket, 'PING');
        return;
      } finally {
        socket.destroy();
      }
    } catch (error) {
      fault = error;
      await pause(LOOK_EVERY_MS);
    }
    if (performance.now() >= deadline) throw new Error('Redis did not come back', { cause: fault });
  }
}

interface Answer {
  readonly text: string;
  readonly askedBytes: number;
  readonly answeredBytes: number;
}

function open(port: number): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host: '127.0.0.1', port, noDelay: true });
    socket.once('connect', () => resolve(socket));
    socket.on('error', reject); // later, whoever asks hears of it by the close
  });
}

/** One question at a time. */
function ask(socket: Socket, ...words: readonly string[]): Promise<Answer> {
  const question = Buffer.from(
    `*${words.length}\r\n${words.map((word) => `$${Buffer.byteLength(word)}\r\n${word}\r\n`).join('')}`,
  );
  return new Promise((resolve, reject) => {
    let bytes = Buffer.alloc(0);
    const settle = (finish: () => void): void => {
      clearTimeout(timeout);
      socket.off('data', hear);
      socket.off('close', fail);
      finish();
    };
    const hear = (chunk: Buffer): void => {
      bytes = Buffer.concat([bytes, chunk]);
      try {
        const text = readAnswer(bytes);
        if (text === null) return;
        settle(() => resolve({ text, askedBytes: question.length, answeredBytes: bytes.length }));
      } catch (error) {
        settle(() => reject(error));
      }
    };
    const fail = (): void => settle(() => reject(new Error(`Redis closed before it answered ${words[0]}`)));
    const timeout = setTimeout(() => {
      settle(() => reject(new Error(`Redis did not answer ${words[0]} within ${ANSWER_TIMEOUT_MS} ms`)));
    }, ANSWER_TIMEOUT_MS);
    socket.on('data', hear);
    socket.once('close', fail);
    socket.write(question);
  });
}

/**
 * A text, short or long; null while it is not whole.
 *
 * @throws what Redis refuses
 */
export function readAnswer(bytes: Buffer): string | null {
  const end = bytes.indexOf('\r\n');
  if (end === -1) return null;
  const head = bytes.toString('utf8', 0, end);
  if (head.startsWith('-')) throw new Error(`Redis refuses: ${head.slice(1)}`);
  if (!head.startsWith('$')) return head.slice(1);
  const start = end + 2;
  const length = Number(head.slice(1));
  return bytes.length < start + length + 2 ? null : bytes.toString('utf8', start, start + length);
}
