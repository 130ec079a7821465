import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { eventually, type RedisProcess, startRedisCluster, until } from '@quire/testing';
import { afterEach, describe, expect, it } from 'vitest';
import { type BusNode, reaches, setRedisStage, works } from '../../testing/redis-stage.ts';
import { toBytes, toText } from '../../testing/text-bytes.ts';

const stage = setRedisStage();
const { openNode, startPair, startServer } = stage;
afterEach(() => stage.end());

const operating = readFileSync(join(import.meta.dirname, '..', '..', '..', '..', 'docs', 'operating.md'), 'utf8');

/** What an operator copies out of the documentation. */
function documentedRights(where: string): string {
  const after = operating.slice(operating.indexOf(where));
  const [, rights] = /^ {6}ACL SETUSER quire on >password (.*)$/m.exec(after) ?? [];
  return rights ?? expect.fail(`no rights are documented behind "${where}"`);
}

const rights = documentedRights('Rights for an ACL user');
const rightsInCluster = documentedRights('Rights for an ACL user in a Redis Cluster');

/** Everything that a node ever asks of Redis, of which trimming is its own idea. */
async function doesEverything(ada: BusNode, ben: BusNode, servers: readonly RedisProcess[]): Promise<void> {
  await works(ada, ben, '1');
  await ben.bus.announce(toBytes('here'));
  expect((await ada.bus.announcements()).size).toBe(1);
  for await (const records of ben.bus.past('ada')) expect(records.map(toText)).toEqual(['1']);
  await ben.bus.erase('ben');
  const stop = await ben.bus.listen('plan', () => {});
  expect(await ada.bus.tell('plan', toBytes('!'))).toBe(1);
  stop();
  const haveTrimmed = async (): Promise<boolean> => {
    const counts = await Promise.all(servers.map((server) => server.command('INFO', 'commandstats')));
    return counts.join().includes('cmdstat_memory|usage');
  };
  await eventually(haveTrimmed, { what: 'no stream was trimmed' });
  expect([ada.states, ben.states]).toEqual([['connected'], ['connected']]);
}

describe('a user of Redis', () => {
  it('with the rights that docs/operating.md tells, and no more, works, and is warned of a Redis that keeps nothing', async () => {
    const redis = await startServer({ users: [`ada on >pw ${rights}`] });
    const [ada, ben] = await startPair(`redis://ada:pw@127.0.0.1:${redis.port}`);
    await doesEverything(ada, ben, [redis]);
    expect(ada.warnings).toEqual([expect.stringContaining('set appendonly to yes')]);
    expect(await redis.command('ACL', 'LOG')).toEqual([]);
  });

  it('with those that it tells for a Redis Cluster, and no more, works there', async () => {
    const cluster = await startRedisCluster();
    stage.onEnd(() => cluster.stop());
    for (const server of cluster.servers) {
      await server.command('ACL', 'SETUSER', 'ada', 'on', '>pw', ...rightsInCluster.split(' '));
    }
    const [ada, ben] = await startPair(cluster.url.replace('//', '//ada:pw@'));
    await doesEverything(ada, ben, cluster.servers);
    for (const server of cluster.servers) expect(await server.command('ACL', 'LOG')).toEqual([]);
  });

  it('without INFO and CONFIG GET works, and is warned of nothing', async () => {
    const redis = await startServer({ users: [`ada on >pw ${rights.replace('+info +config|get ', '')}`] });
    const [ada, ben] = await startPair(`redis://ada:pw@127.0.0.1:${redis.port}`);
    await doesEverything(ada, ben, [redis]);
    expect(ada.warnings).toEqual([]);
  });

  it('without one of them, is denied, and told which', async () => {
    const redis = await startServer({ users: [`ada on >pw ${rights.replace('+xadd ', '')}`] });
    const ada = openNode('ada', `redis://ada:pw@127.0.0.1:${redis.port}`);
    await reaches(ada, 'denied');
    expect(ada.warnings.join()).toMatch(/NOPERM.*xadd/i);
  });

  it('who may not trim, is told so once, and works', async () => {
    const redis = await startServer({ users: [`ada on >pw ${rights.replace('+xtrim ', '')}`] });
    const ada = openNode('ada', `redis://ada:pw@127.0.0.1:${redis.port}`);
    await reaches(ada, 'connected');
    await until(() => ada.warnings.some((warning) => warning.includes('trimmed')), { what: 'nothing was said' });
    await ada.bus.publish(toBytes('1'));
    expect(ada.states).toEqual(['connected']);
  });
});
