import { problemSchema } from '@quire/protocol';
import { derivePeerToken } from '../../cluster/http/peer-secret.ts';
import { type NodesAnswer, nodesSchema, PEER_PATH } from '../../cluster/http/peer-wire.ts';
import { type ConfigSources, loadConfig } from '../../config/load-config.ts';
import { describeBadUrl, describeUnreachable, readServerUrl } from '../server-address.ts';

const PATIENCE_MS = 5000;

/** Why there is no answer, in words for whoever asked. */
export class NodesError extends Error {
  override readonly name = 'NodesError';
}

/** A running node, and what it knows us by. */
export interface NodeTarget {
  readonly url: URL;
  readonly token: string;
}

/** The port and the secret are those that a server would have here: most often it was started in the same place. */
export async function findNode(sources: ConfigSources, said: string | undefined): Promise<NodeTarget> {
  const config = await loadConfig(sources);
  const [secret] = config.cluster.secret;
  if (secret === undefined) {
    throw new NodesError(
      'There is no cluster in the settings here.\n  Set QUIRE_REDIS and QUIRE_CLUSTER_SECRET as "quire serve" has them, or name its file with --config.',
    );
  }
  const url = readServerUrl(said, config);
  if (url === null) throw new NodesError(describeBadUrl(said));
  return { url, token: derivePeerToken(secret) };
}

/** @throws {NodesError} */
export async function askForNodes(target: NodeTarget): Promise<NodesAnswer> {
  const response = await ask(target, 'GET', `${PEER_PATH}/nodes`);
  const answer = nodesSchema.safeParse(await readJson(response)).data;
  if (response.ok && answer !== undefined) return answer;
  throw describeRefusal(target, response);
}

/**
 * @returns why it is not forgotten, or null
 * @throws {NodesError}
 */
export async function askToForget(target: NodeTarget, id: string): Promise<string | null> {
  const response = await ask(target, 'POST', `${PEER_PATH}/nodes/${encodeURIComponent(id)}/forget`);
  if (response.ok) return null;
  const problem = problemSchema.safeParse(await readJson(response)).data;
  if (problem?.code === 'unknown-node' || problem?.code === 'node-alive') return problem.detail;
  throw describeRefusal(target, response);
}

async function ask({ token, url }: NodeTarget, method: string, path: string): Promise<Response> {
  const headers = { Authorization: `Bearer ${token}` };
  try {
    return await fetch(new URL(path, url), {
      method,
      headers,
      redirect: 'manual',
      signal: AbortSignal.timeout(PATIENCE_MS),
    });
  } catch (cause) {
    throw new NodesError(describeUnreachable(url, cause, PATIENCE_MS), { cause });
  }
}

async function readJson(response: Response): Promise<unknown> {
  try {
    return await response.json();
  } catch {
    return null; // a page of something else, or cut off
  }
}

function describeRefusal({ url }: NodeTarget, { status, statusText }: Response): NodesError {
  switch (status) {
    case 200:
      return new NodesError(`What answers at ${url.origin} is no node of Quire, or of another version.`);
    case 401:
      return new NodesError(
        `${url.origin} has another secret: set QUIRE_CLUSTER_SECRET to the cluster.secret with which it was started.`,
      );
    case 404:
      return new NodesError(
        `${url.origin} is a server by itself, or no Quire.\n  A server becomes a node of a cluster by QUIRE_REDIS and QUIRE_CLUSTER_SECRET when it is started.`,
      );
    case 503:
      return new NodesError(`${url.origin} is starting, or has too much to do: try again in a moment.`);
    default:
      return new NodesError(`${url.origin} answers with ${status} ${statusText}; its log says more.`);
  }
}
