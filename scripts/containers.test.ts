import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { readEnvironment } from '../server/src/config/layers.ts';
import { parseConfig } from '../server/src/config/parse-config.ts';

const root = fileURLToPath(new URL('..', import.meta.url));
const read = (path: string): string => readFileSync(join(root, path), 'utf8');

interface ComposeFile {
  readonly services: {
    readonly quire: {
      readonly build: { readonly context: string; readonly dockerfile: string };
      readonly environment: Record<string, string>;
      readonly ports: readonly string[];
      readonly volumes: readonly string[];
      readonly stop_grace_period: string;
    };
  };
  readonly volumes: Record<string, unknown>;
}

const compose = parse(read('docker-compose.yml')) as ComposeFile;
const { quire } = compose.services;
const dockerfile = read(quire.build.dockerfile);
const imageEnvironment = Object.fromEntries(
  [...dockerfile.matchAll(/^ENV (.*)$/gm)].flatMap(([, line = '']) => line.split(' ').map((pair) => pair.split('='))),
);

describe('the container files', () => {
  it('together make a configuration that the server accepts', () => {
    const config = parseConfig([readEnvironment({ ...imageEnvironment, ...quire.environment })]);
    expect(config.host).toEqual(['0.0.0.0']);
    expect(config.auth).toBe('open');
    expect(dockerfile).toContain(`EXPOSE ${config.port}`);
    expect(quire.ports).toEqual([`127.0.0.1:${config.port}:${config.port}`]);
    expect(quire.volumes).toEqual([`data:${config.data}`]);
    expect(Object.keys(compose.volumes)).toEqual(['data']);
  });

  it('leave the server more time to stop than it takes', () => {
    const { drainTimeoutMs } = parseConfig([]);
    expect(Number.parseInt(quire.stop_grace_period, 10) * 1_000).toBeGreaterThan(drainTimeoutMs);
  });

  it('the image runs what is in the repository', () => {
    expect(existsSync(join(root, 'scripts/setup.mjs'))).toBe(true);
    expect(dockerfile).toContain('RUN node scripts/setup.mjs app');
    expect(dockerfile).toContain('CMD ["node_modules/.bin/quire", "serve"]');
  });
});
