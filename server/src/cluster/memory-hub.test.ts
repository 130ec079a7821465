import { beforeEach, describe, expect, it } from 'vitest';
import { ManualClock } from '../testing/manual-clock.ts';
import { toBytes as bytes, toText as text } from '../testing/text-bytes.ts';
import type { ClusterBus } from './cluster-bus.ts';
import { createMemoryHub, type Fate, type MemoryHub } from './memory-hub.ts';

describe('a hub in memory, told to', () => {
  let clock: ManualClock;
  let hub: MemoryHub;
  let ada: ClusterBus;
  let ben: ClusterBus;
  let read: string[];

  beforeEach(async () => {
    clock = new ManualClock();
    hub = createMemoryHub(clock);
    [ada, ben] = [hub.bus('ada'), hub.bus('ben')];
    ada.open();
    ben.open();
    await Promise.resolve();
    read = [];
    ben.onRecords(async (_, records) => {
      read.push(...records.map(text));
    });
    await ben.follow(['ada']);
  });

  /** One fate after the other, for what is on its way. */
  const fates = (...list: Fate[]): void => {
    const left = [...list];
    hub.disturb(() => left.shift() ?? 'arrive');
  };
  const publish = async (...records: string[]): Promise<void> => {
    for (const record of records) await ada.publish(bytes(record));
  };

  it('nothing arrives before it is delivered, and then as many as it is told', async () => {
    await publish('1', '2', '3');
    await Promise.resolve();
    expect([read, hub.waiting]).toEqual([[], 3]);
    expect(hub.deliver(2)).toBe(2);
    expect([read, hub.waiting]).toEqual([['1', '2'], 1]);
    await hub.flush();
    expect([read, hub.waiting]).toEqual([['1', '2', '3'], 0]);
  });

  it('a flush delivers what is published on account of what arrived', async () => {
    const answers: string[] = [];
    ada.onRecords(async (_, records) => {
      answers.push(...records.map(text));
    });
    await ada.follow(['ben']);
    ben.onRecords(async (_, records) => {
      for (const record of records) await ben.publish(bytes(`${text(record)}!`));
    });
    await publish('1', '2');
    await hub.flush();
    expect(answers).toEqual(['1!', '2!']);
  });

  it('records are lost, repeated, overtaken and held back as it is judged', async () => {
    await publish('1', '2', '3', '4');
    fates('lose', 'repeat', 'overtake', 'arrive');
    hub.deliver();
    expect(read).toEqual(['2', '4']);
    await Promise.resolve();
    await hub.flush();
    expect(read).toEqual(['2', '4', '2', '3']);
    await publish('5', '6');
    fates('wait');
    expect(hub.deliver()).toBe(0);
    await hub.flush();
    expect(read.slice(4)).toEqual(['5', '6']);
  });

  it('messages are judged too', async () => {
    const heard: string[] = [];
    await ben.listen('plan', (message) => heard.push(text(message)));
    for (const word of ['1', '2', '3']) await ada.tell('plan', bytes(word));
    fates('overtake', 'lose', 'arrive');
    await hub.flush();
    expect(heard).toEqual(['3', '1']);
  });

  it('a write for which there is no room is refused among others that are taken, until all is well', async () => {
    hub.refuseOne(1);
    const outcomes = await Promise.allSettled(['1', '2', '3'].map((record) => ada.publish(bytes(record))));
    expect(outcomes.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
    expect(outcomes[1]).toMatchObject({ reason: { code: 'full' } });
    expect(ada.status.state).toBe('connected');
    hub.refuseOne();
    hub.heal();
    await publish('4');
    await hub.flush();
    expect(read).toEqual(['1', '3', '4']);
  });

  it('full, it is found out by the next write, reads on, and is connected again when healed', async () => {
    await publish('1');
    hub.refuse('full');
    expect(ada.status.state).toBe('connected');
    await expect(ada.publish(bytes('2'))).rejects.toMatchObject({ code: 'full' });
    expect(ada.status).toMatchObject({ state: 'away', error: { code: 'full' }, since: clock.now() });
    expect(ben.status.state).toBe('connected');
    await hub.flush();
    expect(read).toEqual(['1']);
    hub.heal();
    expect(ada.status.state).toBe('connected');
    await publish('3');
    await hub.flush();
    expect(read).toEqual(['1', '3']);
  });

  it.each([
    [false, []],
    [true, ['1']],
  ])(
    'half-open, commands go unanswered for a second; whether they arrive (%s) nobody knows',
    async (hears, arrived) => {
      hub.silence('ada', hears);
      const publishing = ada.publish(bytes('1'));
      const outcome = publishing.catch((error: unknown) => error);
      clock.advance(999);
      expect(ada.status.state).toBe('connected');
      clock.advance(1);
      expect(await outcome).toMatchObject({ code: 'unreachable' });
      expect(ada.status).toMatchObject({ state: 'away', error: { code: 'unreachable' } });
      hub.heal('ada');
      expect(ada.status.state).toBe('connected');
      await hub.flush();
      expect(read).toEqual(arrived);
      expect(clock.pending).toBe(0);
    },
  );

  it('half-open for a moment only, commands are answered late', async () => {
    hub.silence('ada');
    const publishing = ada.publish(bytes('1'));
    clock.advance(500);
    hub.heal('ada');
    await publishing;
    await hub.flush();
    expect(read).toEqual(['1']);
  });

  it('half-open for a moment only, what is told meanwhile is counted, and arrives late', async () => {
    const heard: string[] = [];
    await ada.listen('room', (message) => heard.push(text(message)));
    hub.silence('ada');
    expect(await ben.tell('room', bytes('late'))).toBe(1);
    await hub.flush();
    expect(heard).toEqual([]);
    clock.advance(500);
    hub.heal('ada');
    await hub.flush();
    expect(heard).toEqual(['late']);
  });

  it('[R11] forgotten or trimmed, records are gone without a word, and later ones arrive', async () => {
    await publish('1', '2');
    hub.trim('ada', 1);
    await hub.flush();
    await publish('3');
    hub.forgetAll();
    await publish('4');
    await hub.flush();
    expect(read).toEqual(['2', '4']);
    expect(await ben.announcements()).toEqual(new Map());
  });

  it('[R11] rewound, what was published since is gone; readers that are ahead begin anew', async () => {
    await publish('1');
    await ada.announce(bytes('old'));
    const dump = hub.dump();
    await publish('2');
    await ada.announce(bytes('new'));
    await hub.flush();
    hub.rewind(dump);
    expect([...(await ben.announcements())].map(([node, said]) => [node, text(said)])).toEqual([['ada', 'old']]);
    await hub.flush();
    expect(read).toEqual(['1', '2', '1']);
    await publish('3');
    await hub.flush();
    expect(read).toEqual(['1', '2', '1', '3']);
  });

  it('[R11] rewound with its clock, it swallows what takes the numbers of what was forgotten', async () => {
    const dump = hub.dump();
    await publish('1', '2');
    await hub.flush();
    hub.rewind(dump, true);
    await publish('3', '4', '5');
    await hub.flush();
    expect(read).toEqual(['1', '2', '5']);
  });

  it('what was told a node that is cut off is gone, and so is what is told it then', async () => {
    const heard: string[] = [];
    await ben.listen('plan', (message) => heard.push(text(message)));
    expect(await ada.tell('plan', bytes('1'))).toBe(1);
    hub.cut('ben');
    expect(await ada.tell('plan', bytes('2'))).toBe(0);
    hub.heal('ben');
    await hub.flush();
    expect(await ada.tell('plan', bytes('3'))).toBe(1);
    await hub.flush();
    expect(heard).toEqual(['3']);
  });
});
