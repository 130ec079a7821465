import { unreachable } from './errors.ts';

/** A part of this package that a page need not load before it is used. @throws {QuireError} `unreachable` */
export async function loadPart<Part>(load: () => Promise<Part>): Promise<Part> {
  try {
    return await load();
  } catch (cause) {
    throw unreachable(cause);
  }
}
