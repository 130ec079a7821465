import { execFileSync } from 'node:child_process';
import { delimiter, dirname, join } from 'node:path';

const QUIRE = join(import.meta.dirname, '..', '..', 'node_modules', '.bin', 'quire');

/** What the tokens of browser tests are signed with; a server that knows it asks everybody for one. */
export const SECRETS = 'a secret of the tests that is long enough';

/** A token as the command line makes it. */
export function makeToken(...args: readonly string[]): string {
  return runToken(args);
}

/** An address that opens the app as somebody, as the command line prints it. */
export function linkFor(server: { readonly port: number }, ...args: readonly string[]): string {
  // The page keeps what it knows of a person by its origin, and the other actors open 127.0.0.1.
  return runToken(['--link', ...args], { QUIRE_PORT: String(server.port) }).replace('//localhost:', '//127.0.0.1:');
}

/** What a command prints that a page shows to whoever runs the server, typed as it stands there. */
export function runAsShown(command: string): string {
  const env = { PATH: [dirname(QUIRE), process.env.PATH].join(delimiter), QUIRE_JWT_SECRETS: SECRETS };
  return execFileSync('sh', ['-c', command], { env, encoding: 'utf8' }).trim();
}

function runToken(args: readonly string[], settings: Readonly<Record<string, string>> = {}): string {
  const env = { PATH: process.env.PATH, QUIRE_JWT_SECRETS: SECRETS, ...settings };
  return execFileSync(QUIRE, ['token', ...args], { env, encoding: 'utf8' }).trim();
}
