import { converged } from '@quire/testing';
import { createContent, writeContent } from '../../bench/load/seed.ts';
import { createColleague } from './colleague.ts';
import { Lurkers } from './lurkers.ts';
import { PATIENCE_MS } from './patience.ts';
import type { Act, Stage } from './stage.ts';

const MIB = 2 ** 20;
const SIZES_MIB = [1, 3, 5] as const;
const READERS = 3;
const MOST_EDITS = 10;

/** A document of a few megabytes: filled once, and then opened, edited a little and closed again. */
export const openBigDocument: Act = async (stage, random) => {
  const size = random.pick(SIZES_MIB);
  const document = `soak/big/${size}`;
  const isNew = !stage.kept.has(document);
  if (isNew) await fill(stage, document, size * MIB);
  const people = (['hocuspocus', 'y-websocket'] as const).map((kind) =>
    createColleague(kind, stage, document, `${kind} of ${document}`, random.fork()),
  );
  const [first, second] = people;
  if (first === undefined || second === undefined) throw new RangeError('a big document needs two');
  const lurkers = new Lurkers(stage, random.fork());
  try {
    await first.enter();
    if (!isNew) await stage.kept.expect(document, first.doc);
    await second.enter();
    await lurkers.join(document, READERS);
    stage.did('bigOpenings');
    stage.kept.noteChanging(document);
    for (const person of people) await person.type(1 + random.below(MOST_EDITS));
    if (random.oneIn(2)) await first.stumble(MOST_EDITS);
    for (const person of people) await person.settled();
    await converged({ first: first.doc, second: second.doc }, { timeoutMs: PATIENCE_MS });
    stage.kept.keep(document, first.doc);
  } finally {
    lurkers.leave();
    for (const person of people) await person.leave(random.oneIn(2));
    for (const { doc } of people) doc.destroy();
  }
};

async function fill(stage: Stage, document: string, bytes: number): Promise<void> {
  const { port } = stage.server;
  const target = {
    pid: 0,
    port,
    dialect: 'hocuspocus',
    basePath: '/collab',
    token: '',
    inspectorUrl: null,
    profilePath: null,
  } as const;
  await writeContent(target, document, createContent(bytes));
}
