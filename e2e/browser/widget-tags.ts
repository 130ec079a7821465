import { readFileSync } from 'node:fs';
import { join } from 'node:path';

interface Manifest {
  readonly modules: readonly { readonly declarations: readonly { readonly tagName: string }[] }[];
}

const path = join(import.meta.dirname, '../../client/widgets/custom-elements.json');
const { modules }: Manifest = JSON.parse(readFileSync(path, 'utf8'));

/** Of all elements of `@quire/widgets`, as it describes itself: none can be left out of what says that it shows all. */
export const widgetTags: readonly string[] = modules.flatMap(({ declarations }) =>
  declarations.map(({ tagName }) => tagName),
);
