import type { CallOptions } from './api.ts';

type AnyCalls = Readonly<Record<string, (...given: unknown[]) => Promise<unknown>>>;

/**
 * Calls whose code is loaded by whoever makes the first: most pages make none.
 *
 * @param names a record, so that none is missing and none too many
 */
export function whenCalled<Calls extends object>(
  names: { readonly [Name in keyof Calls]: 0 },
  load: (signal?: AbortSignal) => Promise<Calls>,
): Calls {
  const forwarded = Object.keys(names).map((name) => [
    name,
    async (...given: unknown[]) => {
      // Whatever takes a signal takes it in its last argument.
      const options = given.at(-1) as CallOptions | undefined;
      const calls = (await load(options?.signal)) as AnyCalls;
      return calls[name]?.(...given);
    },
  ]);
  return Object.fromEntries(forwarded) as Calls;
}
