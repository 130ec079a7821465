import type { Answer, Operation } from '@quire/protocol';
import { type OperationName, operations } from '@quire/protocol/rest';
import type { ApiOptions, callApi as CallApi } from './api-call.ts';
import type { RestAnswer, RestInput } from './rest-client.ts';

/** What all inputs have in common, whatever the call. */
interface AnyInput {
  readonly parameters?: Readonly<Record<string, string>> | undefined;
  readonly query?: Readonly<Record<string, unknown>> | undefined;
  readonly headers?: Readonly<Record<string, string | undefined>> | undefined;
  readonly body?: unknown;
  readonly type?: string;
  readonly signal?: AbortSignal;
  readonly timeoutMs?: number;
}

/**
 * Calls the HTTP API, and checks what comes back by the table that the server serves it from.
 *
 * @param callApi of another part: what both of them import, bundlers would cut out of what is loaded with the page, into a file
 *   that packs worse
 */
export async function callRest<Name extends OperationName>(
  callApi: typeof CallApi,
  options: ApiOptions,
  name: Name,
  input: RestInput<Name>,
): Promise<RestAnswer<Name>> {
  const operation: Operation = operations[name];
  const { body, headers, signal, timeoutMs, type }: AnyInput = input;
  const answer = await callApi<unknown>(options, {
    method: operation.method,
    path: addressOf(operation, input),
    signal,
    timeoutMs,
    headers,
    ...(type === undefined ? { body } : { raw: { body: body as string | Uint8Array<ArrayBuffer>, type } }),
    read: (response) => readAnswer(operation.answers, response),
  });
  // Checked by the very schema that the type is made of.
  return answer as RestAnswer<Name>;
}

function addressOf({ path }: Operation, { parameters = {}, query = {} }: AnyInput): string {
  const filled = path.replace(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(parameters[name] ?? ''));
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) if (value !== undefined) search.set(name, String(value));
  return search.size === 0 ? filled : `${filled}?${search}`;
}

/** @throws when it is none of the answers that the call has */
async function readAnswer(answers: readonly Answer[], response: Response): Promise<unknown> {
  if (response.status === 204) return undefined;
  const type = response.headers.get('content-type') ?? '';
  if (type.startsWith('text/')) return response.text();
  const json = answers.find((answer) => answer.kind === 'json');
  if (type.startsWith('application/json') && json?.kind === 'json') return json.schema.parse(await response.json());
  return new Uint8Array(await response.arrayBuffer());
}
