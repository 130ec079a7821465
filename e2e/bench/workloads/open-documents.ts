import type { Workload } from './workload.ts';

const KIB = 1024;
const settings = {
  full: { documents: 500, contentBytes: 20_000, warmUpDocuments: 50 },
  short: { documents: 6, contentBytes: 2_000, warmUpDocuments: 2 },
} as const;

export const openDocuments = (): Workload => ({
  name: 'open-documents',
  title: 'Memory of an open document',
  method:
    'One client opens each of 500 documents and holds it; meanwhile two others come, one that writes 20 KB in 20 paragraphs and one that sees them arrive, and leave again. So each was written while it was open, not loaded from the store. 50 more were opened so before and stay open; memory as for idle connections.',
  contestants: ['quire', 'hocuspocus', 'y-websocket'],
  metrics: [{ key: 'kibPerDocument', label: 'memory per document', unit: 'KiB', better: 'less' }],
  measure: async (stage) => {
    const server = await stage.start({ withInspector: true });
    const { bytesPerDocument } = await stage.load('openDocuments', server, settings[stage.scale]);
    await server.kill();
    return { kibPerDocument: bytesPerDocument / KIB };
  },
});
