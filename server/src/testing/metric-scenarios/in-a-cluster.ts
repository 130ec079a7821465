import { startRedis, startTcpProxy, type TcpProxy } from '@quire/testing';
import { joinSynced, type Scenario } from './scenario.ts';

/** From the making of a server's settings to its scenario. */
const lines: TcpProxy[] = [];

/** What is counted of a cluster is moved by itself in cluster-meters.test.ts; this is what waits, in a real one. */
export const inACluster: readonly Scenario[] = [
  {
    title: 'Redis does not answer, and no receipt goes out without it',
    async prepare(atEnd) {
      const redis = await startRedis();
      atEnd(() => redis.stop());
      const line = await startTcpProxy(redis.port);
      atEnd(() => line.close());
      lines.push(line);
      return {
        redis: `redis://127.0.0.1:${line.port}`,
        cluster: { receipts: 'strict', secret: 'correct-horse-battery-staple-and-more' },
      };
    },
    moves: [
      'quire_cluster_unreceipted_entries',
      'quire_cluster_unreceipted_seconds',
      'quire_document_unreceipted_bytes',
    ],
    async play(stage) {
      const person = await joinSynced(stage);
      const line = lines.pop();
      stage.atEnd(() => line?.heal());
      line?.freeze();
      person.doc.getText('body').insert(0, 'x');
    },
  },
];
