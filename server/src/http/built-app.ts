import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** Where the package has the app, beside its `dist`. */
const packed = fileURLToPath(new URL('../../app', import.meta.url));
/** Where `vite build` leaves it in a checkout. */
const built = fileURLToPath(new URL('../../../client/app/dist', import.meta.url));

export function findBuiltApp(): string {
  return existsSync(packed) ? packed : built;
}
