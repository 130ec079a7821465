import { converged, type Random } from '@quire/testing';
import { findBrokenPromises } from '../../crash/edit-ledger.ts';
import { pause } from '../pause.ts';
import { type Colleague, createColleague } from './colleague.ts';
import { deleteDocument } from './http-api.ts';
import { Lurkers } from './lurkers.ts';
import { PATIENCE_MS } from './patience.ts';
import type { Act, Stage } from './stage.ts';

/** So many documents for each workshop: some are new, most are reopened, and a long run stays within bounds. */
const DOCUMENTS = 6;
const LURKERS = 6;
const MOST_DEEDS = 8;
const MOST_EDITS = 40;
const THINKING_MS = 400;

/** Four who edit together in every way there is, with others who look on; they part when all have the same. */
export function createWorkshop(name: string): Act {
  let visits = 0;
  return async (stage, random) => {
    const document = `soak/${name}/${random.below(DOCUMENTS)}`;
    // Everybody is out, so what was written is safe, and the next life of the name begins with nothing of it.
    if (stage.kept.has(document) && random.oneIn(4)) await deleteDocument(stage, document);
    visits += 1;
    const colleagues = (['raw-hocuspocus', 'raw-y-websocket', 'hocuspocus', 'y-websocket'] as const).map((kind) =>
      createColleague(kind, stage, document, `${kind} ${name} ${visits}`, random.fork()),
    );
    const lurkers = new Lurkers(stage, random.fork());
    try {
      await enter(stage, document, colleagues);
      await lurkers.join(document, LURKERS);
      await Promise.all([...colleagues.map((colleague) => work(stage, colleague, random.fork())), fidget(lurkers)]);
      await part(stage, document, colleagues);
    } finally {
      lurkers.leave();
      await Promise.allSettled(colleagues.map((colleague) => colleague.leave(random.oneIn(2))));
      for (const { doc } of colleagues) doc.destroy();
    }
  };
}

async function enter(stage: Stage, document: string, colleagues: readonly Colleague[]): Promise<void> {
  for (const colleague of colleagues) {
    await colleague.enter();
    stage.did('visits');
    // Nobody has written yet: what is here is what was left behind.
    await stage.kept.expect(document, colleague.doc);
  }
  stage.kept.noteChanging(document);
}

async function work(stage: Stage, colleague: Colleague, random: Random): Promise<void> {
  const deeds = 1 + random.below(MOST_DEEDS);
  for (let done = 0; done < deeds && !stage.curtain.aborted; done += 1) {
    const edits = 1 + random.below(MOST_EDITS);
    switch (random.below(6)) {
      case 0:
        await colleague.workOffline(edits);
        stage.did('cleanReconnects');
        stage.did('offlineEdits', edits);
        break;
      case 1:
        await colleague.stumble(edits);
        stage.did('abruptReconnects');
        break;
      default:
        await colleague.type(edits);
    }
    await pause(random.below(2 * THINKING_MS), stage.curtain);
  }
}

/** Looking on is quick, and may end before the work does. */
async function fidget(lurkers: Lurkers): Promise<void> {
  for (let moves = 0; moves < 10; moves += 1) {
    lurkers.point();
    await lurkers.replaceOne();
  }
}

async function part(stage: Stage, document: string, colleagues: readonly Colleague[]): Promise<void> {
  for (const colleague of colleagues) await colleague.settled();
  await converged(Object.fromEntries(colleagues.map(({ name, doc }) => [name, doc])), { timeoutMs: PATIENCE_MS });
  const [first] = colleagues;
  if (first === undefined) throw new RangeError('a workshop of nobody');
  const broken = findBrokenPromises(
    first.doc,
    colleagues.map(({ ledger }) => ledger),
  );
  for (const promise of broken) stage.fault(`${document}: ${promise}`);
  stage.kept.keep(document, first.doc);
}
