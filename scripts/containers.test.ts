import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { delimiter, dirname, join } from 'node:path';
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

  it('the image is healthy while the server takes edits, on the port that it is told', async () => {
    const check = /^HEALTHCHECK [^\\]*\\\n\s*CMD (.+)$/m.exec(dockerfile)?.[1] ?? '';
    expect(check).toContain(`|| ${parseConfig([]).port})`);
    let isReady = true;
    const asked: (string | undefined)[] = [];
    const server = createServer((request, response) => {
      asked.push(request.url);
      response.writeHead(isReady ? 200 : 503, { connection: 'close' }).end();
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    const path = [dirname(process.execPath), process.env.PATH].join(delimiter);
    const runCheck = async (): Promise<number> => {
      const child = spawn('/bin/sh', ['-c', check], {
        env: { PATH: path, QUIRE_PORT: String(port) },
        stdio: 'inherit',
      });
      const [status] = await once(child, 'exit');
      return status;
    };
    expect(await runCheck()).toBe(0);
    isReady = false;
    expect(await runCheck()).toBe(1);
    expect(asked).toEqual(['/readyz', '/readyz']);
    server.close();
    await once(server, 'close');
    expect(await runCheck()).toBe(1);
  });

  it('the image runs what is in the repository', () => {
    expect(existsSync(join(root, 'scripts/setup.mjs'))).toBe(true);
    expect(dockerfile).toContain('RUN node scripts/setup.mjs app');
    expect(dockerfile).toContain('CMD ["node_modules/.bin/quire", "serve"]');
  });
});
