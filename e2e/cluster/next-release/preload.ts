import { registerHooks } from 'node:module';
import { changes } from './changes.ts';
import { novelties } from './novelties.ts';

/*
 * With `--import`: makes a server of today the next release of itself, by wrapping some of its modules as they are loaded.
 */
const CHANGES = JSON.stringify(import.meta.resolve('./changes.ts'));

if (novelties.size > 0) {
  registerHooks({
    load(url, context, load) {
      const [, path = ''] = /\/server\/src\/(.*)\.ts$/.exec(url) ?? [];
      const change = changes[path];
      if (change === undefined) return load(url, context);
      const [module, today] = [JSON.stringify(path), JSON.stringify(`${url}?today`)];
      const source = [
        `import { changes } from ${CHANGES};`,
        `import * as today from ${today};`,
        `export * from ${today};`,
        ...Object.keys(change).map((name) => `export const ${name} = changes[${module}].${name}(today);`),
      ];
      return { format: 'module', source: source.join('\n'), shortCircuit: true };
    },
  });
}
