import type { Workload } from './workload.ts';

const KIB = 1024;
const MIB = 1024 * KIB;
const settings = {
  // Read again for longer than a server takes that sends everything that it has kept.
  full: { bytes: 150 * MIB, valueBytes: 64 * KIB, bytesPerLook: 10 * MIB, readAgainMs: 3000 },
  short: { bytes: MIB, valueBytes: 32 * KIB, bytesPerLook: MIB, readAgainMs: 200 },
} as const;

export const stoppedReader = (): Workload => ({
  name: 'stopped-reader',
  title: 'Somebody who stops reading',
  method:
    'In one document one writes values of 64 KiB, each of which replaces the one before, and another reads them; the next is written when that one has arrived. First 150 MiB that do not count, so that every buffer has its size. Then a third comes in and stops reading, and 150 MiB more pass. Memory is read as for idle connections, after every 10 MiB; the figure is the most that it was above what it was before. Cut off is whoever, reading on at the end, finds within 3 s that the server has ended the connection.',
  contestants: ['quire', 'quire-yjs', 'hocuspocus', 'y-websocket'],
  metrics: [
    { key: 'grewMib', label: 'memory for who does not read, at the most', unit: 'MiB', better: 'less' },
    { key: 'cutOffPercent', label: 'who does not read is cut off', unit: '%', better: 'more' },
    { key: 'othersMaxMs', label: 'longest wait of others', unit: 'ms', better: 'less' },
  ],
  measure: async (stage) => {
    const server = await stage.start({ withInspector: true });
    const readings = await stage.load('passStoppedReader', server, settings[stage.scale]);
    await server.kill();
    const { grewBytes, cutOff, othersMaxMs } = readings;
    return { grewMib: grewBytes / MIB, cutOffPercent: cutOff * 100, othersMaxMs };
  },
});
