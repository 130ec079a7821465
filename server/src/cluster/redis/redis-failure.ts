import { BusError, type BusErrorCode } from '../cluster-bus.ts';

/** By the word with which Redis begins an error reply. What is not here is no fault of Redis's state, but of our command. */
const CODES: Readonly<Record<string, BusErrorCode>> = {
  OOM: 'full',
  READONLY: 'read-only',
  NOREPLICAS: 'unsafe',
  MISCONF: 'unsafe',
  NOAUTH: 'denied',
  WRONGPASS: 'denied',
  NOPERM: 'denied',
  LOADING: 'unsuitable',
  MASTERDOWN: 'unsuitable',
  CLUSTERDOWN: 'unreachable',
  MOVED: 'unreachable',
  ASK: 'unreachable',
  TRYAGAIN: 'unreachable',
  UNBLOCKED: 'unreachable',
};

const CURES: Readonly<Record<BusErrorCode, string>> = {
  unreachable: 'see that it runs and that the network lets this node through',
  denied: 'see user, password and rights in the address of Redis (docs/operating.md lists the commands)',
  full: 'give it more memory (maxmemory), or let nodes keep less in it (cluster.streamBytes)',
  'read-only': 'it is a replica: let the address of Redis name the master, or the Sentinels',
  unsafe: 'see that it has its replicas, and that it can save to its disk',
  unsuitable: 'see which server this is, and whether it has read its data',
  closed: 'nothing: this node ends',
};

export function unreachable(server: string, why: string): BusError {
  return new BusError('unreachable', `${server} can not be reached (${why}): ${CURES.unreachable}`);
}

export function unsuitable(server: string, why: string): BusError {
  return new BusError('unsuitable', `${server} does not serve (${why}): ${CURES.unsuitable}`);
}

export function closed(): BusError {
  return new BusError('closed', 'the bus is closed');
}

/**
 * An error reply, or what the connection broke of. The client's own error is not kept: it holds the arguments of the command,
 * and of AUTH that is the password.
 */
export function explainFailure(error: unknown, server: string): BusError {
  if (error instanceof BusError) return error;
  const words = wordsOf(error);
  const code = CODES[/^[A-Z]+/.exec(words)?.[0] ?? ''];
  if (code === undefined) return isReply(error) ? unsuitable(server, words) : unreachable(server, words);
  return new BusError(code, `${server} refuses (${words}): ${CURES[code]}`);
}

function isReply(error: unknown): boolean {
  return error instanceof Error && error.name === 'ReplyError';
}

function wordsOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  // An attempt at several addresses of a host fails without words of its own.
  const { code } = error as NodeJS.ErrnoException;
  return error.message === '' ? (code ?? error.name) : error.message;
}
