import type { TestServer } from '../start-server.ts';
import type { JoinedPerson, JoinOptions } from './join.ts';
import type { Dialect } from './seat.ts';

/** Lets somebody in: into `plan`, unless another document is named. */
export type LetIn = <D extends Dialect = 'hocuspocus'>(
  name: string,
  options?: Omit<JoinOptions<D>, 'name'> & { readonly document?: string },
) => Promise<JoinedPerson<D>>;

/** Of a test that is about one. */
const DOCUMENT = 'plan';

/** @param onJoined told of everybody, for what is said of them when a test fails */
export function createLetIn(server: TestServer, onJoined: (name: string, person: JoinedPerson) => void): LetIn {
  return async (name, { document = DOCUMENT, ...options } = {}) => {
    const person = await server.join(document, { ...options, name });
    onJoined(name, person);
    return person;
  };
}
