import type { Random } from '@quire/testing';
import { createDialect } from '../../bench/load/dialects.ts';
import { encodeCursorMove } from '../../bench/load/keystrokes.ts';
import { interpretWith, joinAll, Person } from '../../bench/load/person.ts';
import { frameForServer, opcodes } from '../../bench/load/websocket-frames.ts';
import { WordMemo } from '../../bench/load/word-memo.ts';
import { pause } from '../pause.ts';
import type { Stage } from './stage.ts';

const dialects = [
  createDialect({ dialect: 'hocuspocus', basePath: '/collab', token: '' }),
  createDialect({ dialect: 'y-websocket', basePath: '/yjs/', token: '' }),
].map((dialect) => ({
  dialect,
  memo: new WordMemo(
    dialect,
    interpretWith(() => null),
  ),
}));

const GOODBYE = frameForServer(Buffer.from([0x03, 0xe8]), opcodes.close);
const STAY_MS = 300;

interface Lurker {
  readonly person: Person<null>;
  readonly document: string;
  readonly dialect: (typeof dialects)[number]['dialect'];
  readonly client: number;
}

/** Nobody else's Yjs client: those of documents are random, and rarely this small. */
let lastClient = 1_000_000;

/** Those who look on, on bare sockets in both dialects: they show a cursor, write nothing, and come and go. */
export class Lurkers {
  readonly #stage: Stage;
  readonly #random: Random;
  readonly #present: Lurker[] = [];
  #moves = 0;

  constructor(stage: Stage, random: Random) {
    this.#stage = stage;
    this.#random = random;
  }

  async join(document: string, count: number): Promise<void> {
    const entering = Array.from({ length: count }, () => this.#create(document));
    await joinAll(entering.map(({ person }) => person));
    this.#present.push(...entering);
    this.#stage.did('lurkers', count);
    for (const lurker of entering) this.#show(lurker);
  }

  /** One of them moves their cursor. */
  point(): void {
    if (this.#present.length > 0) this.#show(this.#random.pick(this.#present));
  }

  /** One of them leaves, and another comes a little later. */
  async replaceOne(): Promise<void> {
    if (this.#present.length === 0) return;
    const [gone] = this.#present.splice(this.#random.below(this.#present.length), 1);
    if (gone === undefined) return;
    this.#part(gone);
    await pause(this.#random.below(2 * STAY_MS), this.#stage.curtain);
    await this.join(gone.document, 1);
  }

  leave(): void {
    for (const lurker of this.#present.splice(0)) this.#part(lurker);
  }

  #create(document: string): Lurker {
    const { dialect, memo } = this.#random.pick(dialects);
    lastClient += 1;
    const person = new Person({ dialect, port: this.#stage.server.port, document, memo, onHeard: () => {} });
    return { person, document, dialect, client: lastClient };
  }

  #show({ person, dialect, document, client }: Lurker): void {
    this.#moves += 1;
    person.write(dialect.presence(document, encodeCursorMove(client, this.#moves)));
    this.#stage.did('moves');
  }

  /** By turns with a goodbye, and like somebody whose machine was switched off. */
  #part({ person, document }: Lurker): void {
    if (person.ending !== null) this.#stage.fault(`somebody who looked at ${document} was closed ${person.ending}`);
    if (this.#random.oneIn(2)) person.write(GOODBYE);
    else person.leave();
  }
}
