import { findPortHolder, type PortHolder } from './port-holder.ts';

/** The server can't listen where it was told to; the message says why, and which setting changes it. */
export class ListenError extends Error {
  override readonly name = 'ListenError';
}

export async function describeListenFailure(host: string, port: number, cause: unknown): Promise<ListenError> {
  const code = errorCode(cause);
  return new ListenError(
    code === 'EADDRINUSE' ? describeTaken(port, await findPortHolder(port)) : describeRefused(host, port, code, cause),
    { cause },
  );
}

export function errorCode(error: unknown): string | null {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : null;
}

function describeTaken(port: number, holder: PortHolder | null): string {
  const by = holder === null ? 'another process' : `process ${holder.pid} (${holder.command})`;
  return `Port ${port} is taken by ${by}.\n  Stop it, or choose another port with --port or QUIRE_PORT (0 takes any free one).`;
}

function describeRefused(host: string, port: number, code: string | null, cause: unknown): string {
  if (code === 'EACCES') {
    return `Port ${port} needs more rights than this process has.\n  Choose one above 1023 with --port or QUIRE_PORT.`;
  }
  const choose = 'Choose another address with --host or QUIRE_HOST.';
  if (code === 'EADDRNOTAVAIL' || code === 'EAFNOSUPPORT') {
    return `No network interface of this machine has the address ${host}.\n  ${choose}`;
  }
  if (code === 'ENOTFOUND' || code === 'EAI_AGAIN') return `The name ${host} leads to no address.\n  ${choose}`;
  return `Can't listen on ${host}, port ${port}: ${cause instanceof Error ? cause.message : String(cause)}.\n  ${choose}`;
}
