import { setTimeout as pause } from 'node:timers/promises';
import { joinWithHocuspocus, type ServerCluster, startCluster, until } from '@quire/testing';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

/** While Redis is away, nodes ask each other every two seconds. */
const TWO_ROUNDS_MS = 4_000;
/**
 * A document that is new to a node is not opened until the node knows that it asks others in vain; whoever comes meanwhile is
 * to try again, and does so ever less often.
 */
const LET_IN_TIMEOUT_MS = 40_000;

let cluster: ServerCluster;
beforeEach(async () => {
  cluster = await startCluster({ nodes: 2 });
}, 60_000);
afterEach(() => cluster.close(), 60_000);

async function write(node: number, document: string): Promise<void> {
  const { doc, leave, provider } = joinWithHocuspocus(cluster.node(node).wsUrl, document);
  await until(() => provider.isSynced, {
    what: `somebody is let in at node ${node}`,
    timeoutMs: LET_IN_TIMEOUT_MS,
  });
  doc.getMap('meta').set('title', `from node ${node}`);
  await until(() => !provider.hasUnsyncedChanges, { what: 'it is saved' });
  leave();
}

/** How a document is called at a node, as it tells without asking anybody; null where it is not known. */
async function titleAt(node: number, document: string): Promise<string | null> {
  const answer = await fetch(`${cluster.node(node).url}/v1/documents/${document}`);
  return answer.ok ? ((await answer.json()) as { readonly title: string }).title : null;
}

describe('a node that is cut off', () => {
  it('[G2] from asking only is still asked: what is written there comes to the others, and the other way once it can', async () => {
    const [one] = cluster.nodes;
    one?.redisLink.cut();
    one?.outLink.cut();
    await write(0, 'here');
    await write(1, 'there');
    await expect.poll(() => titleAt(1, 'here')).toBe('from node 0');
    expect(await titleAt(0, 'there')).toBeNull();
    one?.heal();
    await expect.poll(() => titleAt(0, 'there')).toBe('from node 1');
  }, 60_000);

  it('[G2] from everybody, both ways, holds what it has, and has the same as they when it is back', async () => {
    cluster.node(0).isolate();
    await write(1, 'plan');
    await pause(TWO_ROUNDS_MS);
    expect(await titleAt(0, 'plan')).toBeNull();
    cluster.node(0).heal();
    await expect.poll(() => titleAt(0, 'plan')).toBe('from node 1');
  }, 60_000);
});
