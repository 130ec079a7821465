import { describe, expect, test } from 'vitest';
import { packEntry, packManifest } from './manifest.ts';

const checkout = {
  name: '@quire/example',
  version: '1.2.3',
  type: 'module',
  files: ['bin'],
  scripts: { prepare: 'true' },
  exports: { '.': './src/index.ts', './react': './src/react/index.tsx' },
  dependencies: { '@quire/protocol': '1.2.3', lib0: '0.2.1', yjs: '13.6.1', 'y-protocols': '1.0.7', zod: '4.6.7' },
  peerDependencies: { react: '>=18.2', vitest: '5.1.1', '@quire/client': '1.2.3' },
  devDependencies: { vitest: '5.1.1' },
};

describe('the manifest of a packed package', () => {
  test('has entries with types and code in dist, where a checkout has sources', () => {
    expect(packManifest(checkout).exports).toEqual({
      '.': { types: './dist/index.d.ts', default: './dist/index.js' },
      './react': { types: './dist/react/index.d.ts', default: './dist/react/index.js' },
      './package.json': './package.json',
    });
  });

  test('says of what is in dist whether it does something by being imported', () => {
    const sideEffectsOf = (sideEffects: boolean | readonly string[]) =>
      packManifest({ ...checkout, sideEffects }).sideEffects;
    expect(sideEffectsOf(false)).toBe(false);
    expect(sideEffectsOf(['./src/index.ts'])).toEqual(['./dist/index.js']);
    expect(packManifest(checkout)).not.toHaveProperty('sideEffects');
  });

  test('leaves it to the program that installs it to have the one copy of Yjs, and shares what it can', () => {
    const { dependencies, peerDependencies } = packManifest(checkout);
    expect(dependencies).toEqual({ '@quire/protocol': '1.2.3', lib0: '^0.2.1', zod: '4.6.7' });
    expect(peerDependencies).toEqual({
      yjs: '^13.6.1',
      'y-protocols': '^1.0.7',
      react: '>=18.2',
      vitest: '^5.1.1',
      '@quire/client': '1.2.3',
    });
  });

  test('names the files that go along, and nothing that only a checkout has a use for', () => {
    const packed = packManifest(checkout, ['app']);
    expect(packed).toMatchObject({ name: '@quire/example', version: '1.2.3', type: 'module' });
    expect(packed.files).toEqual(['dist', 'bin', 'app']);
    expect(packed).not.toHaveProperty('scripts');
    expect(packed).not.toHaveProperty('devDependencies');
  });

  test.each(['./dist/index.js', './style.css', 'src/index.ts'])('refuses an entry that is no source: %s', (entry) => {
    expect(() => packEntry(entry)).toThrow(entry);
  });

  test('refuses a package of which nothing could be imported', () => {
    expect(() => packManifest({ name: '@quire/nothing', version: '1.0.0' })).toThrow('@quire/nothing has no exports');
  });
});
