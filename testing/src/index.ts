export { type CertificateFiles, makeCertificate } from './certificates.ts';
export {
  type ClusterConvergedOptions,
  type ClusterNode,
  type ClusterOptions,
  type ServerCluster,
  startCluster,
} from './cluster.ts';
export { type ConvergedOptions, type Converging, converged } from './converged.ts';
export { describeDifference, isSameState } from './difference.ts';
export { eventually } from './eventually.ts';
export { type Closed, type FrameSocket, openFrameSocket } from './frame-socket.ts';
export {
  type Balance,
  type HaproxyOptions,
  type HaproxyProcess,
  startBalancer,
  startHaproxy,
} from './haproxy-process.ts';
export { type Link, type LinkOptions, openLink, type PersonLink } from './links/person-link.ts';
export { describeTimeline, type Timeline, type TimelineEvent } from './links/timeline.ts';
export { type JoinedPerson, type JoinOptions, join } from './people/join.ts';
export type { QuireRoom } from './people/quire-seat.ts';
export type { Dialect, Providers } from './people/seat.ts';
export { type HocuspocusPerson, joinWithHocuspocus, joinWithYWebsocket, type Person } from './people.ts';
export { pickPort } from './pick-port.ts';
export { createRandom, inventSeed, LARGEST_SEED, type Random } from './random.ts';
export { openRawWebSocket, type RawWebSocket, type RawWebSocketOptions } from './raw-web-socket.ts';
export { readerServerProgram, writerToken } from './reader-server-program.ts';
export { type RedisCluster, startRedisCluster } from './redis-cluster.ts';
export { type RedisProcess, type RedisServerOptions, startRedis } from './redis-process.ts';
export { type RedisSentinels, type SentinelOptions, startSentinels } from './redis-sentinels.ts';
export { type SeededOptions, seeded } from './seeded.ts';
export type { Exit, ServerProcess, ServerProcessOptions } from './server-process.ts';
export { type Bearer, type Grants, signToken } from './sign-token.ts';
export {
  type DiskServer,
  type DiskServerOptions,
  type MemoryServer,
  type MemoryServerOptions,
  type OwnProcessServer,
  type OwnProcessServerOptions,
  startServer,
  type TestAuth,
  type TestServer,
  type TestServerOptions,
} from './start-server.ts';
export { type ConnectionWatch, startTcpProxy, type TcpProxy, type TcpProxyOptions } from './tcp-proxy.ts';
export { type UntilOptions, until } from './until.ts';
export { type ServerMessage, serverMessagesIn } from './websocket-messages.ts';
