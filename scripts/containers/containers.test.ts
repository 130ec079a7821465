import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { createServer } from 'node:http';
import { type AddressInfo, BlockList } from 'node:net';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { addRoute } from '../../client/sdk/src/route.ts';
import { writeSecrets } from '../../deploy/write-secrets.mjs';
import { fields } from '../../server/src/config/fields.ts';
import { readEnvironment, readObject } from '../../server/src/config/layers.ts';
import { parseConfig } from '../../server/src/config/parse-config.ts';
import { createHealth } from '../../server/src/http/health.ts';
import { type ComposeService, mountsOf, readComposeFile, root } from './compose-file.ts';
import { type Kind, type Resource, readKubernetesFile } from './kubernetes-file.ts';

const read = (path: string): string => readFileSync(join(root, path), 'utf8');

const dockerfile = read('deploy/Dockerfile');
const imageEnvironment = Object.fromEntries(
  [...dockerfile.matchAll(/^ENV (.*)$/gm)].flatMap(([, line = '']) => line.split(' ').map((pair) => pair.split('='))),
);

describe('docker-compose.single.yml', () => {
  const compose = readComposeFile('docker-compose.single.yml');
  const quire = serviceOf(compose.services, 'quire');

  it('makes a configuration that the server accepts, and that only this machine can reach', () => {
    const config = parseConfig([readEnvironment({ ...imageEnvironment, ...quire.environment })]);
    expect(config.host).toEqual(['0.0.0.0']);
    expect(config.auth).toBe('open');
    expect(dockerfile).toContain(`EXPOSE ${config.port}`);
    expect(quire.ports).toEqual([`127.0.0.1:${config.port}:${config.port}`]);
    expect(quire.volumes).toEqual([`data:${config.data}`]);
    expect(Object.keys(compose.volumes)).toEqual(['data']);
  });

  it('leaves the server more time to stop than it takes', () => expectTimeToStop(quire));
});

describe('docker-compose.yml', () => {
  const compose = readComposeFile('docker-compose.yml');
  const service = (name: string): ComposeService => serviceOf(compose.services, name);
  const nodes = Object.entries(compose.services).filter(([name]) => /^quire-\d$/.test(name));
  const all = Object.entries(compose.services);

  let secrets: string;
  beforeAll(() => {
    secrets = mkdtempSync(join(tmpdir(), 'quire-secrets-'));
    writeSecrets(secrets);
  });
  afterAll(() => rmSync(secrets, { recursive: true }));

  it.each(nodes)('%s has a configuration that the server accepts, with tokens and as a node of three', (name, node) => {
    const file: unknown = JSON.parse(readFileSync(join(secrets, 'quire', 'quire.json'), 'utf8'));
    const config = parseConfig([
      readObject({ kind: 'file', file: 'quire.json' }, file),
      readEnvironment({ ...imageEnvironment, ...node.environment }),
    ]);
    expect(config.host).toEqual(['0.0.0.0']);
    expect(config.auth).toBe('jwt');
    expect(node.environment.QUIRE_CLUSTER_NODES).toBe(String(nodes.length));
    expect(node.environment.QUIRE_CLUSTER_ADDRESS).toBe(`http://${name}:${config.port}`);
    expect(mountsOf(node).map(({ target }) => target)).toEqual([
      config.data,
      dirname(node.environment.QUIRE_CONFIG ?? ''),
    ]);
    expect(node.ports).toEqual([]);
  });

  it.each(nodes)('%s has more time to stop than it takes', (_, node) => expectTimeToStop(node));

  it('gives every node a volume of its own', () => {
    expect(nodes).toHaveLength(3);
    const volumes = nodes.map(([, node]) => mountsOf(node)[0]?.source);
    expect(new Set(volumes).size).toBe(3);
  });

  it('names volumes, networks and files that there are, and uses every volume', () => {
    const used = all.flatMap(([, one]) =>
      mountsOf(one)
        .filter(({ kind }) => kind === 'volume')
        .map(({ source }) => source),
    );
    expect([...new Set(used)].sort()).toEqual(Object.keys(compose.volumes).sort());
    for (const [, one] of all) {
      for (const { kind, source, isReadOnly } of mountsOf(one)) {
        if (kind === 'volume') continue;
        expect([source, existsSync(join(root, source))]).toEqual([source, true]);
        expect(isReadOnly).toBe(true);
      }
      const networks = Array.isArray(one.networks) ? one.networks : Object.keys(one.networks ?? {});
      for (const name of networks) expect(compose.networks).toHaveProperty([name]);
      if (one.build !== undefined) expect(existsSync(join(root, one.build.dockerfile))).toBe(true);
    }
  });

  it('starts what others wait for first, and waits for no health that nobody looks after', () => {
    for (const [name, one] of all) {
      for (const [other, { condition }] of Object.entries(one.depends_on)) {
        if (condition !== 'service_healthy') continue;
        expect([name, other, service(other).healthcheck]).not.toEqual([name, other, undefined]);
      }
    }
    for (const [, node] of nodes) {
      expect(node.depends_on).toEqual({
        secrets: { condition: 'service_completed_successfully' },
        redis: { condition: 'service_healthy' },
      });
    }
    for (const [, one] of all) {
      const hasSecrets = mountsOf(one).some(({ source }) => source.startsWith('secrets-'));
      if (hasSecrets && one !== service('secrets')) {
        expect(one.depends_on.secrets).toEqual({ condition: 'service_completed_successfully' });
      }
    }
  });

  it('[G6] is open to other machines at HAProxy alone, which nodes believe and nobody else', () => {
    const published = all.filter(([, { ports }]) => ports.some((port) => !port.startsWith('127.0.0.1:')));
    expect(published.map(([name]) => name)).toEqual(['haproxy']);
    const { networks } = service('haproxy');
    const address = Array.isArray(networks) ? undefined : networks?.inside?.ipv4_address;
    for (const [, node] of nodes) expect(node.environment.QUIRE_TRUSTED_PROXIES).toBe(address);
    expect(compose.networks.inside?.ipam.config[0]?.subnet).toBe(`${address?.replace(/\.\d+$/, '.0')}/24`);
  });

  it('[G6] gives nobody else the address of HAProxy, whichever starts first', () => {
    const { subnet = '', ip_range: pool = '' } = compose.networks.inside?.ipam.config[0] ?? {};
    const { networks } = service('haproxy');
    const address = (Array.isArray(networks) ? undefined : networks?.inside?.ipv4_address) ?? '';
    const [first = ''] = pool.split('/');
    expect([rangeOf(subnet).check(first), rangeOf(subnet).check(address)]).toEqual([true, true]);
    expect(rangeOf(pool).check(address)).toBe(false);
  });

  it('[G6] gives each service the secrets that it needs, where it looks for them, and no others', () => {
    const secretsOf = (name: string) => mountsOf(service(name)).filter(({ source }) => source.startsWith('secrets-'));
    const written = mountsOf(service('secrets')).map(({ source, target }) => [source, target]);
    const [, , directory = ''] = service('secrets').command ?? [];
    for (const [source = '', target] of written) {
      const folder = source.replace('secrets-', '');
      expect(target).toBe(`${directory}/${folder}`);
      expect(statSync(join(secrets, folder)).isDirectory()).toBe(true);
    }
    const has = (name: string, path: string): void => {
      const [mount, ...others] = secretsOf(name);
      expect(others).toEqual([]);
      expect(mount?.isReadOnly).toBe(true);
      const folder = mount?.source.replace('secrets-', '') ?? '';
      expect(path.startsWith(`${mount?.target}/`)).toBe(true);
      expect(existsSync(join(secrets, folder, path.slice((mount?.target.length ?? 0) + 1)))).toBe(true);
    };
    for (const [name, { environment }] of nodes) has(name, environment.QUIRE_CONFIG ?? '');
    has('redis', service('redis').command?.find((word) => word.startsWith('/run/')) ?? '');
    has('grafana', service('grafana').environment.GF_SECURITY_ADMIN_PASSWORD__FILE ?? '');
    const prometheus = parse(read('deploy/prometheus/prometheus.yml'));
    has('prometheus', prometheus.scrape_configs[0].authorization.credentials_file);
    expect(secretsOf('haproxy')).toEqual([]);
  });

  it('has Prometheus ask every node, for the job that alerts and dashboard expect', () => {
    const { scrape_configs: jobs, rule_files: rules } = parse(read('deploy/prometheus/prometheus.yml'));
    expect(jobs).toHaveLength(1);
    expect(jobs[0].job_name).toBe('quire');
    expect(jobs[0].static_configs[0].targets).toEqual(nodes.map(([name]) => `${name}:8080`));
    const mounted = mountsOf(service('prometheus')).map(({ target }) => target);
    for (const rule of rules) expect(mounted).toContain(`/etc/prometheus/${rule}`);
  });

  it('has a configuration of Prometheus that Prometheus accepts', () => {
    const path = join(root, 'deploy/prometheus/prometheus.yml');
    const { status, stdout, stderr } = spawnSync('promtool', ['check', 'config', '--syntax-only', path], {
      encoding: 'utf8',
    });
    expect([status, `${stdout}${stderr}`]).toEqual([0, expect.stringContaining('SUCCESS')]);
  });

  it('has Grafana find the dashboard, and the Prometheus beside it', () => {
    const mounted = mountsOf(service('grafana'));
    const { providers } = parse(read('deploy/grafana/provisioning/dashboards/quire.yml'));
    const folder = providers[0].options.path;
    expect(mounted.find(({ target }) => target.startsWith(`${folder}/`))?.source).toBe('./deploy/grafana/quire.json');
    const { datasources } = parse(read('deploy/grafana/provisioning/datasources/prometheus.yml'));
    expect(new URL(datasources[0].url).hostname).toBe('prometheus');
  });

  it('has HAProxy balance over these nodes', () => {
    const presets = new Map(
      [...read('deploy/haproxy.cfg').matchAll(/^ *presetenv (\S+) (\S+)$/gm)].map(([, name, value]) => [name, value]),
    );
    for (const [name] of nodes)
      expect(presets.get(name.toUpperCase().replace('QUIRE-', 'QUIRE_NODE_'))).toBe(`${name}:8080`);
    expect(service('haproxy').ports).toEqual([`\${QUIRE_PUBLISHED_PORT:-8080}${presets.get('QUIRE_BIND')}`]);
  });

  it('has a Redis that writes to its disk and throws nothing away', () => {
    const redis = read('deploy/redis.conf');
    expect(redis).toMatch(/^appendonly yes$/m);
    expect(redis).toMatch(/^maxmemory-policy noeviction$/m);
    expect(service('redis').command).toContain('/etc/redis.conf');
    expect(mountsOf(service('redis')).find(({ target }) => target === '/etc/redis.conf')?.source).toBe(
      './deploy/redis.conf',
    );
  });

  it('says at its top how somebody gets in, with a command that there is', () => {
    const [, args = ''] = /docker compose exec quire-1 quire (.*)$/m.exec(read('docker-compose.yml')) ?? [];
    expect(args).toMatch(/^token --user /);
    expect(dockerfile).toContain('ENV PATH=/quire/node_modules/.bin:$PATH');
  });
});

describe('deploy/kubernetes', () => {
  const resources = readKubernetesFile('deploy/kubernetes/quire.yaml');
  const find = <K extends Kind>(kind: K, name: string): Extract<Resource, { kind: K }> => {
    const isIt = (one: Resource): one is Extract<Resource, { kind: K }> =>
      one.kind === kind && one.metadata.name === name;
    return resources.find(isIt) ?? expect.fail(`there is no ${kind} ${name}`);
  };
  const haproxy = read('deploy/haproxy.cfg');
  const { replicas, selector, serviceName, template, volumeClaimTemplates } = find('StatefulSet', 'quire').spec;
  const container = template.spec.containers[0] ?? expect.fail('there is no container');

  it('sets what the server knows, the same number of nodes, and an address of each that there is', () => {
    const known = fields.map(({ environment }) => environment);
    const values = new Map<string, string | undefined>();
    for (const variable of container.env) values.set(variable.name, 'value' in variable ? variable.value : undefined);
    for (const name of values.keys()) if (name !== 'POD_NAME') expect(known).toContain(name);
    expect(values.get('QUIRE_CLUSTER_NODES')).toBe(String(replicas));
    expect(values.get('QUIRE_CLUSTER_ADDRESS')).toBe(`http://$(POD_NAME).${serviceName}:8080`);
    // Variables are filled in from those before them.
    expect([...values.keys()].indexOf('POD_NAME')).toBeLessThan([...values.keys()].indexOf('QUIRE_CLUSTER_ADDRESS'));
    const service = find('Service', serviceName);
    expect(service.spec).toMatchObject({ clusterIP: 'None', publishNotReadyAddresses: true });
    expect(container.ports).toEqual([{ name: 'http', containerPort: 8080 }]);
    expect(dockerfile).toContain('EXPOSE 8080');
  });

  it('keeps secrets out of the file, in a Secret that its top says how to make', () => {
    const [comment = ''] = read('deploy/kubernetes/quire.yaml').split('apiVersion');
    const keys = container.env.flatMap((one) =>
      'valueFrom' in one && 'secretKeyRef' in one.valueFrom ? one.valueFrom.secretKeyRef.key : [],
    );
    expect(keys).toHaveLength(4);
    for (const key of keys) expect(comment).toContain(`--from-literal=${key}=`);
  });

  it('has data on volumes of their own, and time to stop', () => {
    const { drainTimeoutMs, data } = parseConfig([
      readEnvironment(imageEnvironment),
      readEnvironment({ QUIRE_AUTH: 'open' }),
    ]);
    const [claim] = volumeClaimTemplates;
    expect(container.volumeMounts).toEqual([{ name: claim?.metadata.name, mountPath: data }]);
    const [, seconds] = container.lifecycle.preStop.exec.command;
    const leftMs = (template.spec.terminationGracePeriodSeconds - Number(seconds)) * 1_000;
    expect(leftMs).toBeGreaterThan(drainTimeoutMs);
  });

  it('goes on serving while the controller hears that it goes, longer than one that asks takes to notice that by itself', () => {
    const [program, seconds] = container.lifecycle.preStop.exec.command;
    const { periodSeconds, failureThreshold } = container.readinessProbe;
    expect(program).toBe('sleep');
    expect(Number(seconds)).toBeGreaterThan(periodSeconds * failureThreshold);
    // Debian's, in which that program is.
    expect(dockerfile).toMatch(/^FROM node:\S+-bookworm-slim$/m);
  });

  it('sends nobody new to a node that is not ready, and restarts none for that', async () => {
    expect(haproxy).toMatch(
      new RegExp(`^ *http-check send meth GET uri ${container.readinessProbe.httpGet.path} `, 'm'),
    );
    const health = createHealth(() => [{ code: 'draining', detail: 'The server is stopping' }]);
    const ask = async ({ httpGet }: typeof container.readinessProbe) => (await health.request(httpGet.path)).status;
    expect([await ask(container.readinessProbe), await ask(container.livenessProbe)]).toEqual([503, 200]);
    expect((await createHealth(() => []).request(container.readinessProbe.httpGet.path)).status).toBe(200);
  });

  it('has every port, volume, label and service that another part of it names', () => {
    const labels = { 'app.kubernetes.io/name': 'quire' };
    expect([template.metadata.labels, selector.matchLabels]).toEqual([labels, labels]);
    for (const { httpGet } of [container.readinessProbe, container.livenessProbe]) expect(httpGet.port).toBe('http');
    for (const one of resources) {
      if (one.kind === 'PodDisruptionBudget') expect(one.spec.selector.matchLabels).toEqual(labels);
      if (one.kind !== 'Service' || one.metadata.name === 'quire-nobody') continue;
      expect(one.spec.selector).toEqual(labels);
      for (const { targetPort } of one.spec.ports) expect(targetPort).toBe('http');
    }
  });

  it('hashes on what the SDK puts into the address, as HAProxy and nginx do, and on the path where that has the name', () => {
    const { pathname, searchParams } = new URL(addRoute('wss://quire.example.com/collab', 'team/plan'));
    const [[parameter, name] = []] = searchParams;
    expect(name).toBe('team/plan');
    const hashOf = (ingress: string) =>
      find('Ingress', ingress).metadata.annotations['nginx.ingress.kubernetes.io/upstream-hash-by'];
    expect(hashOf('quire-sockets')).toBe(`$arg_${parameter}`);
    expect(read('deploy/nginx.conf')).toMatch(new RegExp(`map \\$arg_${parameter} \\$quire_document`));
    expect(haproxy).toMatch(new RegExp(`url_param\\(${parameter}\\),url_dec\\(1\\) if { path -m beg ${pathname} }`));
    expect(hashOf('quire-yjs')).toBe('$uri');
    expect(haproxy).toContain('if { path -m beg /yjs/ }');
    const pathsOf = (ingress: string) =>
      find('Ingress', ingress).spec.rules.flatMap(({ http }) => http.paths.map(({ path }) => path));
    expect([pathsOf('quire-sockets'), pathsOf('quire-yjs')]).toEqual([[pathname], ['/yjs']]);
  });

  it('waits as long as HAProxy and nginx do', () => {
    const nginx = read('deploy/nginx.conf');
    const [, tunnel] = /^ *timeout tunnel (\S+)$/m.exec(haproxy) ?? [];
    const [, connect] = /^ *timeout connect (\S+)$/m.exec(haproxy) ?? [];
    const ofNginx = (directive: string) => new RegExp(`^ *${directive} (.*);$`, 'm').exec(nginx)?.[1] ?? '';
    expect([ofNginx('proxy_read_timeout'), ofNginx('proxy_send_timeout')]).toEqual([tunnel, tunnel]);
    expect(ofNginx('proxy_connect_timeout')).toBe(connect);
    for (const ingress of ['quire-sockets', 'quire-yjs']) {
      expect(find('Ingress', ingress).metadata.annotations).toMatchObject({
        'nginx.ingress.kubernetes.io/proxy-connect-timeout': String(secondsOf(connect)),
        'nginx.ingress.kubernetes.io/proxy-read-timeout': String(secondsOf(tunnel)),
        'nginx.ingress.kubernetes.io/proxy-send-timeout': String(secondsOf(tunnel)),
      });
    }
    for (const ingress of ['quire-sockets', 'quire-app']) {
      const { annotations } = find('Ingress', ingress).metadata;
      expect(annotations['nginx.ingress.kubernetes.io/proxy-body-size']).toBe(ofNginx('client_max_body_size'));
    }
  });

  it('[G6] keeps inside what HAProxy keeps inside', () => {
    const inside = find('Ingress', 'quire-app').spec.rules.flatMap(({ http }) =>
      http.paths.flatMap(({ path, backend }) => (backend.service.name === 'quire-nobody' ? path : [])),
    );
    for (const path of inside)
      expect(haproxy).toMatch(new RegExp(`deny_status 404 if .*path(,url_dec)? -m \\S+ ${path}`));
    expect(inside).toEqual(['/cluster', '/metrics']);
    const nobody = find('Service', 'quire-nobody').spec.selector;
    expect(Object.entries(nobody).every(([label, value]) => template.metadata.labels[label] === value)).toBe(false);
  });

  it('lets WebSockets be silent for longer than it takes to notice who is gone', () => {
    const { limits } = parseConfig([]);
    for (const name of ['quire-sockets', 'quire-yjs']) {
      const { annotations } = find('Ingress', name).metadata;
      const seconds = Number(annotations['nginx.ingress.kubernetes.io/proxy-read-timeout']);
      expect(seconds * 1_000).toBeGreaterThan(2 * limits.pingIntervalMs);
      expect(annotations).toHaveProperty(['nginx.ingress.kubernetes.io/upstream-hash-by']);
    }
  });

  it('[R14] sends no call of the API a second time, since a delete might be among them; and nothing that is hashed, which would go to the same node', () => {
    for (const name of ['quire-sockets', 'quire-yjs', 'quire-app']) {
      const { annotations } = find('Ingress', name).metadata;
      expect(annotations['nginx.ingress.kubernetes.io/proxy-next-upstream']).toBe('off');
    }
  });

  it('has a service of its own for each Ingress, or what one says of an upstream would count for all', () => {
    const ingresses = resources.filter((one) => one.kind === 'Ingress');
    const backends = ingresses.map(({ spec }) => {
      const used = spec.rules.flatMap(({ http }) => http.paths.map((path) => path.backend.service.name));
      for (const name of used) expect(find('Service', name).spec.ports[0]?.name).toBe('http');
      return [...new Set(used)].filter((name) => name !== 'quire-nobody');
    });
    expect(backends).toEqual([['quire-sockets'], ['quire-yjs'], ['quire-app']]);
    for (const [name = ''] of backends) {
      expect(find('Service', name).spec.selector).toEqual(template.metadata.labels);
    }
  });
});

describe('deploy/nginx.conf', () => {
  const nginx = read('deploy/nginx.conf').replaceAll(/^\s*#.*$/gm, '');
  const locationOf = (name: string): string =>
    new RegExp(`location ${name} \\{\n([^]*?)\n {8}\\}`).exec(nginx)?.[1] ?? '';

  it('[R14] sends to one node only what is neither GET nor HEAD', () => {
    const [, methods = ''] = /map \$request_method \$quire_is_sent_once \{([^}]*)\}/.exec(nginx) ?? [];
    const lines = methods.split(';').map((line) => line.trim().split(/\s+/).join(' '));
    expect(lines).toEqual(['default 1', "GET ''", "HEAD ''", '']);
    expect(locationOf('/')).toContain('error_page 418 = @once;');
    expect(locationOf('/')).toContain('if ($quire_is_sent_once) { return 418; }');
    expect(locationOf('@once')).toContain('proxy_next_upstream off;');
  });

  it('says nothing of headers in a location, since what stands there would replace what all have in common', () => {
    for (const name of ['/', '@once']) {
      expect(locationOf(name)).toContain('proxy_pass http://quire;');
      expect(locationOf(name)).not.toContain('proxy_set_header');
    }
  });
});

describe('the secrets', () => {
  it('[G6] are drawn once, and are long and different', () => {
    const directory = mkdtempSync(join(tmpdir(), 'quire-secrets-'));
    try {
      expect(writeSecrets(directory)).toBe(true);
      const before = readSecrets(directory);
      expect(writeSecrets(directory)).toBe(false);
      expect(readSecrets(directory)).toEqual(before);
      const { cluster, jwt, metricsToken } = JSON.parse(before[0] ?? '');
      const drawn = [cluster.secret, ...jwt.secrets, metricsToken];
      expect(new Set(drawn).size).toBe(3);
      for (const secret of drawn) expect(secret.length).toBeGreaterThanOrEqual(43);
    } finally {
      rmSync(directory, { recursive: true });
    }
  });

  it('[G6] of a start that was cut short are drawn anew', () => {
    const directory = mkdtempSync(join(tmpdir(), 'quire-secrets-'));
    try {
      writeSecrets(directory);
      const [, before] = readSecrets(directory);
      rmSync(join(directory, 'quire', 'quire.json'));
      expect(writeSecrets(directory)).toBe(true);
      const [settings = '', after = ''] = readSecrets(directory);
      expect(after).not.toBe(before);
      expect(JSON.parse(settings).redis).toContain(after.replace('requirepass ', '').trim());
    } finally {
      rmSync(directory, { recursive: true });
    }
  });
});

describe('the image', () => {
  it('is healthy while the server takes edits, on the port that it is told', async () => {
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

  it('takes no node for ill that catches up with its cluster for half an hour, whichever file starts it', () => {
    const [options = ''] = /^HEALTHCHECK .*$/m.exec(dockerfile) ?? [];
    const [, startMinutes] = /--start-period=(\d+)m /.exec(options) ?? [];
    expect(Number(startMinutes)).toBeGreaterThanOrEqual(30);
    // What an orchestrator waits for is asked often all the same: it is healthy as soon as it is ready.
    const [, everySeconds] = /--interval=(\d+)s /.exec(options) ?? [];
    expect(Number(everySeconds)).toBeLessThanOrEqual(10);
    for (const file of ['docker-compose.yml', 'docker-compose.single.yml']) {
      // Those that have a command of their own are no servers.
      const servers = Object.entries(readComposeFile(file).services).filter(
        ([, { build, command }]) => build?.dockerfile === 'deploy/Dockerfile' && command === undefined,
      );
      expect(servers.length).toBeGreaterThan(0);
      for (const [name, { healthcheck }] of servers) expect([file, name, healthcheck]).toEqual([file, name, undefined]);
    }
  });

  it('runs what is in the repository', () => {
    expect(existsSync(join(root, 'scripts/setup.mjs'))).toBe(true);
    expect(dockerfile).toContain('RUN node scripts/setup.mjs app');
    expect(dockerfile).toContain('CMD ["node_modules/.bin/quire", "serve"]');
  });
});

/** Of a duration as HAProxy and nginx write it. */
function secondsOf(duration = ''): number {
  const [, count, unit] = /^(\d+)(s|m)$/.exec(duration) ?? expect.fail(`"${duration}" is no duration`);
  return Number(count) * (unit === 'm' ? 60 : 1);
}

function rangeOf(cidr: string): BlockList {
  const [network = '', bits] = cidr.split('/');
  const range = new BlockList();
  range.addSubnet(network, Number(bits));
  return range;
}

function serviceOf(services: Readonly<Record<string, ComposeService>>, name: string): ComposeService {
  const service = services[name];
  if (service === undefined) throw new Error(`there is no service ${name}`);
  return service;
}

function expectTimeToStop({ stop_grace_period: given = '10s' }: ComposeService): void {
  const { drainTimeoutMs } = parseConfig([]);
  expect(Number.parseInt(given, 10) * 1_000).toBeGreaterThan(drainTimeoutMs);
}

function readSecrets(directory: string): string[] {
  return ['quire/quire.json', 'redis/password.conf', 'prometheus/metrics-token', 'grafana/password'].map((path) =>
    readFileSync(join(directory, path), 'utf8'),
  );
}
