import { FIRST_EPOCH } from '../epoch.ts';
import { PersistenceError } from '../errors.ts';
import { openLevelStore } from '../level/open-level-store.ts';
import { Typist } from './sample-updates.ts';

/**
 * A process to be killed: `append-forever.ts DIRECTORY BYTES LANES`. It appends in several lanes at once, without end,
 * and says each thing at the moment it knows it: `sent N`, `stored N SEQUENCE`, `status STATE`,
 * `folded` or `failed`.
 */
const [directory = '', bytes = '10', lanes = '8'] = process.argv.slice(2);
// Waits for a reader who falls behind; what a kill cuts off was said too late, never too early.
const say = (line: string) => process.stdout.write(`${line}\n`);

const store = await openLevelStore({
  directory,
  writeBufferBytes: 256 * 1024,
  reserveBytes: 1024 * 1024,
  compactEntries: 25,
  retryMinMs: 5,
  retryMaxMs: 50,
  onCompaction: (event) => say(event.outcome),
});
store.onStatus((status) => say(`status ${status.state}`));
say(`open ${store.incarnation}`);

const whenReady = () =>
  new Promise<void>((resolve) => {
    const unsubscribe = store.onStatus((status) => {
      if (status.state !== 'ready') return;
      unsubscribe();
      resolve();
    });
  });

let sent = 0;
const run = async (lane: number) => {
  const typist = new Typist();
  for (;;) {
    sent += 1;
    const number = sent;
    const update = typist.type(`${number},`.padEnd(Number(bytes), '.'));
    const document = `lane ${lane} of ${store.incarnation}`;
    const draft = { document, epoch: FIRST_EPOCH, time: number, updates: [{ author: `${number}`, update }] };
    say(`sent ${number}`);
    for (let stored = false; !stored; ) {
      try {
        const { sequence } = await store.append(draft);
        say(`stored ${number} ${sequence}`);
        stored = true;
      } catch (error) {
        if (!(error instanceof PersistenceError) || error.code !== 'REFUSED') throw error;
        if (store.status.state === 'refusing') await whenReady();
      }
    }
  }
};
await Promise.all(Array.from({ length: Number(lanes) }, (_, lane) => run(lane)));
