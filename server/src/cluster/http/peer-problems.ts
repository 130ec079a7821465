import type { Problem } from '@quire/protocol';

/** What another node, or `quire nodes`, is answered that can't be served. */
const problemKinds = {
  'bad-request': { status: 400, title: 'The request is not of the expected shape' },
  unauthorized: { status: 401, title: 'The secret of the cluster is missing or another one' },
  'not-found': { status: 404, title: 'There is nothing here' },
  'unknown-node': { status: 404, title: 'There is no such node' },
  'method-not-allowed': { status: 405, title: 'This method is not allowed here' },
  'node-alive': { status: 409, title: 'The node can not be forgotten' },
  'body-too-large': { status: 413, title: 'The body is too large' },
  'internal-error': { status: 500, title: 'The node failed' },
  busy: { status: 503, title: 'The node answers as many as it may at once' },
} as const satisfies Record<string, { readonly status: number; readonly title: string }>;

export type PeerProblemCode = keyof typeof problemKinds;

export class PeerProblem extends Error {
  override readonly name = 'PeerProblem';
  readonly code: PeerProblemCode;

  constructor(code: PeerProblemCode, detail: string, options?: ErrorOptions) {
    super(detail, options);
    this.code = code;
  }
}

/** As RFC 9457 has it. */
export function respondPeerProblem({ code, message }: PeerProblem): Response {
  const { status, title } = problemKinds[code];
  const problem: Problem = { type: `urn:quire:problem:${code}`, title, status, code, detail: message };
  return new Response(JSON.stringify(problem), {
    status,
    headers: {
      'Content-Type': 'application/problem+json',
      'Cache-Control': 'no-store',
      ...(status === 401 ? { 'WWW-Authenticate': 'Bearer' } : {}),
      ...(status === 503 ? { 'Retry-After': '1' } : {}),
    },
  });
}
