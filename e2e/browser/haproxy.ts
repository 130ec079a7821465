import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type HaproxyProcess, startHaproxy } from '@quire/testing';

/** A real HAProxy in front of a server, as in a company that lets no WebSocket out: every upgrade gets a 403. */
export async function startHaproxyWithoutUpgrades(serverPort: number): Promise<HaproxyProcess> {
  const directory = await mkdtemp(join(tmpdir(), 'quire-haproxy-'));
  const configuration = join(directory, 'haproxy.cfg');
  await writeFile(configuration, configure(serverPort));
  // Read when it starts, and not again.
  try {
    return await startHaproxy({ configuration });
  } finally {
    await rm(directory, { recursive: true });
  }
}

/** The timeouts are those that HAProxy's own manual begins with. */
function configure(serverPort: number): string {
  return `
global
  log stdout format raw local0
defaults
  mode http
  log global
  option httplog
  option forwardfor
  timeout connect 5s
  timeout client 50s
  timeout server 50s
frontend company
  bind "\${QUIRE_BIND}"
  http-request deny deny_status 403 if { req.hdr(upgrade) -i websocket }
  default_backend quire
backend quire
  server quire 127.0.0.1:${serverPort}
`;
}
