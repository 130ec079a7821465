import type { OperationName, operations } from '@quire/protocol/rest';
import type { CallOptions } from './api.ts';
import type { ApiOptions } from './api-call.ts';
import type { Parts } from './parts.ts';

type Operations = typeof operations;

/** `'name'` of `/v1/documents/{name}`. */
type ParameterOf<Path extends string> = Path extends `${string}{${infer Name}}${infer Rest}`
  ? Name | ParameterOf<Rest>
  : never;

type Sent<Schema> = Schema extends { readonly _zod: { readonly input: infer Input } } ? Input : never;
type Received<Schema> = Schema extends { readonly _zod: { readonly output: infer Output } } ? Output : never;

type ParametersOf<Call> = Call extends { readonly path: infer Path extends string }
  ? [ParameterOf<Path>] extends [never]
    ? { readonly parameters?: undefined }
    : { readonly parameters: { readonly [Name in ParameterOf<Path>]: string } }
  : never;

type QueryOf<Call> = Call extends { readonly query: infer Schema }
  ? { readonly query?: Partial<Received<Schema>> }
  : { readonly query?: undefined };

type HeadersOf<Call> = Call extends { readonly headers: infer Schema }
  ? { readonly headers?: Sent<Schema> }
  : { readonly headers?: undefined };

type BodyOf<Call> = Call extends { readonly body: { readonly kind: 'json'; readonly schema: infer Schema } }
  ? Call extends { readonly body: { readonly optional: true } }
    ? { readonly body?: Sent<Schema> }
    : { readonly body: Sent<Schema> }
  : Call extends { readonly body: { readonly types: readonly (infer Type)[] } }
    ? { readonly body: string | Uint8Array<ArrayBuffer>; readonly type: Type }
    : { readonly body?: undefined };

type AnswerTo<Given> = Given extends { readonly kind: 'json'; readonly schema: infer Schema }
  ? Received<Schema>
  : Given extends { readonly kind: 'raw'; readonly types: readonly (infer Type)[] }
    ? Type extends `text/${string}`
      ? string
      : Uint8Array
    : undefined;

/** What a call of the HTTP API takes, by its name. */
export type RestInput<Name extends OperationName> = ParametersOf<Operations[Name]> &
  QueryOf<Operations[Name]> &
  HeadersOf<Operations[Name]> &
  BodyOf<Operations[Name]> &
  CallOptions & {
    /**
     * How long it waits while nothing comes from the server, in milliseconds; left out, 15,000. As long as more of the answer
     * comes it goes on, and what is sent has as long as it takes at 256 kbit/s, beside this.
     */
    readonly timeoutMs?: number;
  };

/** What it answers. */
export type RestAnswer<Name extends OperationName> = AnswerTo<Operations[Name]['answers'][number]>;

/**
 * Every call of the HTTP API, typed by the table that the server serves them from. Rejects with a `QuireError`, whose
 * `problem` is the server's own code.
 *
 * @example
 * const markdown = await client.api.call('readContent', { parameters: { name: 'plan' }, query: { format: 'markdown' } });
 */
export interface RestClient {
  call<Name extends OperationName>(name: Name, input: RestInput<Name>): Promise<RestAnswer<Name>>;
}

export function createRestClient(options: ApiOptions, { calls, rest }: Parts): RestClient {
  return {
    async call(name, input) {
      // Loaded by whoever calls: the schemas weigh more than the rest of the client.
      const { signal } = input;
      const [{ callApi }, { callRest }] = await Promise.all([calls.load({ signal }), rest.load({ signal })]);
      return callRest(callApi, options, name, input);
    },
  };
}
