import { parseArgs } from 'node:util';
import type { Check } from './check.ts';
import { checks } from './checks/index.ts';
import { type DialectName, dialectNames } from './dialect.ts';
import type { ShellCommands } from './operator.ts';
import { DEFAULT_PREFIX } from './run-checks.ts';

export interface CommandOptions {
  readonly url: string;
  /** Null: to be guessed. */
  readonly dialect: DialectName | null;
  readonly token: string;
  readonly otherToken: string | null;
  readonly readerToken: string | null;
  readonly prefix: string;
  readonly commands: ShellCommands | null;
  readonly only: readonly Check[];
  readonly patience: number;
  readonly asJson: boolean;
}

/** What was typed, and what it should have been. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

export const usage = `quire conformance <url> [options]

Checks any server of Yjs against what Quire guarantees, as far as it can be seen from outside, and says what it found.
It writes in documents of its own only, with random names, and lists them at the end.

  <url>                    ws:// or wss://; of the Hocuspocus dialect the address of the socket, as for HocuspocusProvider;
                           of y-websocket what stands before /<document>, as for WebsocketProvider

  --dialect NAME           ${dialectNames.join(' or ')}; left out: by the path, or by what the server answers
  --token TOKEN            of somebody who may write
  --other-token TOKEN      of somebody else who may write: checks that nobody speaks for another; not needed without tokens
  --reader-token TOKEN     of somebody who may only read: checks that they change nothing
  --kill-command COMMAND   ends the server with SIGKILL, in a shell; with the next one, checks what is on its disk
  --restart-command COMMAND
                           starts it again, at the same address and on the same data; it may end, or stay as the server
  --prefix TEXT            what names of documents begin with (default: ${DEFAULT_PREFIX})
  --only A,B               some of the checks, by id or guarantee (G1)
  --patience NUMBER        multiplies every time limit, for slow machines and far servers (default: 1)
  --json                   prints the report as JSON, and the progress on stderr
  --list                   prints the checks, and asks no server
  --help                   prints this

Ends with 0 when nothing failed, 1 when something did, 2 when it could not be carried out.`;

/** @throws {UsageError} with what is wrong, for the person who typed it */
export function parseOptions(args: readonly string[]): CommandOptions | 'list' | 'help' {
  const { values, positionals } = parse(args);
  if (values.help) return 'help';
  if (values.list) return 'list';
  const [url, ...more] = positionals;
  if (url === undefined || more.length > 0)
    throw new UsageError('one address is needed, such as ws://localhost:8080/collab');
  return {
    url: readUrl(url),
    dialect: readDialect(values.dialect),
    token: values.token ?? '',
    otherToken: values['other-token'] ?? null,
    readerToken: values['reader-token'] ?? null,
    prefix: values.prefix ?? DEFAULT_PREFIX,
    commands: readCommands(values['kill-command'], values['restart-command']),
    only: pickChecks(values.only),
    patience: readPatience(values.patience),
    asJson: values.json,
  };
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        dialect: { type: 'string' },
        token: { type: 'string' },
        'other-token': { type: 'string' },
        'reader-token': { type: 'string' },
        'kill-command': { type: 'string' },
        'restart-command': { type: 'string' },
        prefix: { type: 'string' },
        only: { type: 'string' },
        patience: { type: 'string' },
        json: { type: 'boolean', default: false },
        list: { type: 'boolean', default: false },
        help: { type: 'boolean', short: 'h', default: false },
      },
    });
  } catch (cause) {
    throw new UsageError((cause as Error).message, { cause });
  }
}

function readUrl(text: string): string {
  const url = URL.parse(text);
  if (url === null || !/^wss?:$/.test(url.protocol)) {
    throw new UsageError(`the address must begin with ws:// or wss://, but is "${text}"`);
  }
  return url.href;
}

function readDialect(text: string | undefined): DialectName | null {
  if (text === undefined) return null;
  const found = dialectNames.find((name) => name === text);
  if (found === undefined) throw new UsageError(`--dialect must be ${dialectNames.join(' or ')}, but is "${text}"`);
  return found;
}

function readCommands(kill: string | undefined, restart: string | undefined): ShellCommands | null {
  if (kill === undefined && restart === undefined) return null;
  if (kill !== undefined && restart !== undefined) return { kill, restart };
  throw new UsageError('--kill-command and --restart-command are needed together');
}

function pickChecks(text: string | undefined): readonly Check[] {
  if (text === undefined) return checks;
  const wanted = text.split(',').map((part) => part.trim());
  const isMeant = ({ id, guarantee }: Check, word: string): boolean => word === id || word === guarantee;
  const unknown = wanted.find((word) => !checks.some((check) => isMeant(check, word)));
  if (unknown !== undefined) throw new UsageError(`--only: there is no check "${unknown}"; --list shows them`);
  return checks.filter((check) => wanted.some((word) => isMeant(check, word)));
}

function readPatience(text: string | undefined): number {
  if (text === undefined) return 1;
  const patience = Number(text);
  if (patience > 0 && Number.isFinite(patience)) return patience;
  throw new UsageError(`--patience must be a number above 0, but is "${text}"`);
}
