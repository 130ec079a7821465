import type { Workload } from './workload.ts';

const KIB = 1024;
const settings = {
  full: { connections: 5000, peoplePerDocument: 100, warmUpConnections: 1000 },
  short: { connections: 40, peoplePerDocument: 10, warmUpConnections: 20 },
} as const;

export const idleConnections = (): Workload => ({
  name: 'idle-connections',
  title: 'Idle connections and a reconnect storm',
  method:
    '5,000 connections that do nothing, 100 a document, after 1,000 that came and went. Memory is what no file backs, read after the server’s garbage was collected at the request of its inspector. Then all are reset at once and come back at once (200 handshakes under way at a time), while two people type in another document.',
  contestants: ['quire', 'quire-yjs', 'hocuspocus', 'y-websocket'],
  metrics: [
    { key: 'kibPerConnection', label: 'memory per connection', unit: 'KiB', better: 'less' },
    { key: 'connectCpuUs', label: 'CPU per connect', unit: 'µs', better: 'less' },
    { key: 'stormMs', label: 'until all are back', unit: 'ms', better: 'less' },
    { key: 'reconnectCpuUs', label: 'CPU per reconnect', unit: 'µs', better: 'less' },
    { key: 'stormOthersMaxMs', label: 'longest wait of others', unit: 'ms', better: 'less' },
  ],
  measure: async (stage) => {
    const server = await stage.start({ withInspector: true });
    const { bytesPerConnection, ...readings } = await stage.load('holdIdle', server, settings[stage.scale]);
    await server.kill();
    return { kibPerConnection: bytesPerConnection / KIB, ...readings };
  },
});
