import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createEditedDocument } from './edited-document.ts';
import type { Stage, Workload } from './workload.ts';

const DOCUMENT = 'bench/long-edited';
const settings = {
  full: { edits: 260_000, crowd: 100 },
  short: { edits: 3_000, crowd: 5 },
} as const;

export const coldOpen = (): Workload => ({
  name: 'cold-open',
  title: 'Cold open of a long-edited document',
  method:
    'A text of 260,000 single edits is stored, the server restarted, and the document opened by 1 client, and after another restart by 100 at once, until the last has all of it. Meanwhile one person types 100 characters a second in another document: the stall is the longest that one of these takes to its reader; the load, which reads for the openers too, holds itself up at most as long as is said beside it.',
  contestants: ['quire', 'hocuspocus', 'y-websocket'],
  metrics: [
    { key: 'openMs@1', label: 'open by 1', unit: 'ms', better: 'less' },
    { key: 'stallMs@1', label: 'stall of another document, by 1', unit: 'ms', better: 'less' },
    { key: 'lagMs@1', label: 'of which at most the load’s own, by 1', unit: 'ms', better: 'less' },
    { key: 'openMs@100', label: 'open by 100', unit: 'ms', better: 'less' },
    { key: 'firstMs@100', label: 'first of 100', unit: 'ms', better: 'less' },
    { key: 'stallMs@100', label: 'stall of another document, by 100', unit: 'ms', better: 'less' },
    { key: 'lagMs@100', label: 'of which at most the load’s own, by 100', unit: 'ms', better: 'less' },
  ],
  measure: async (stage) => {
    const { edits, crowd } = settings[stage.scale];
    const content = createEditedDocument(edits);
    const contentPath = join(stage.directory, 'content.bin');
    await writeFile(contentPath, content);
    const first = await stage.start({ dataDirectory: stage.directory });
    await stage.load('storeBig', first, { document: DOCUMENT, contentPath });
    await first.stop();
    const alone = await open(stage, 1, content.length);
    const together = await open(stage, crowd, content.length);
    return {
      'openMs@1': alone.openMs,
      'stallMs@1': alone.stallMs,
      'lagMs@1': alone.lagMs,
      'openMs@100': together.openMs,
      'firstMs@100': together.firstMs,
      'stallMs@100': together.stallMs,
      'lagMs@100': together.lagMs,
    };
  },
});

async function open(stage: Stage, openers: number, contentBytes: number) {
  const server = await stage.start({ dataDirectory: stage.directory });
  const readings = await stage.load('openCold', server, { document: DOCUMENT, openers, contentBytes });
  await server.stop();
  return readings;
}
