import type { BusError } from '../cluster-bus.ts';
import type { RedisAddress, RedisServer } from './redis-address.ts';
import { unreachable } from './redis-failure.ts';
import type { RedisLine } from './redis-line.ts';
import { learnServerFacts, type ServerFacts } from './server-facts.ts';
import type { ServerFinder } from './server-finder.ts';

/**
 * The four lines to the server that has our keys now: records of many megabytes would hold up what nodes say of themselves and
 * what they tell each other, a reading that waits would hold up commands, and one that listens may send nothing else. Once one
 * of them ends all do: halves of a connection are nothing that anybody tests.
 */
export class RedisSession {
  readonly server: RedisServer;
  readonly facts: ServerFacts;
  readonly commands: RedisLine;
  /** On which they are put on the bus, and read again when they are past. */
  readonly records: RedisLine;
  readonly reading: RedisLine;
  readonly hearing: RedisLine;

  /** @throws {BusError} */
  static async open(
    address: RedisAddress,
    finder: ServerFinder,
    openLine: (server: RedisServer) => Promise<RedisLine>,
  ): Promise<RedisSession> {
    const server = await finder.find();
    const lines: RedisLine[] = [];
    try {
      const commands = await openLine(server);
      lines.push(commands);
      const facts = await learnServerFacts(commands, address.kind === 'cluster');
      // Sentinels may not have noticed yet, or have just changed their minds.
      if (address.kind === 'sentinel' && facts.isReplica)
        throw unreachable(commands.server, 'it is no master any more');
      const records = await openLine(server);
      lines.push(records);
      const reading = await openLine(server);
      lines.push(reading);
      const hearing = await openLine(server);
      return new RedisSession(server, facts, commands, records, reading, hearing);
    } catch (error) {
      for (const line of lines) line.close();
      throw error;
    }
  }

  private constructor(
    server: RedisServer,
    facts: ServerFacts,
    commands: RedisLine,
    records: RedisLine,
    reading: RedisLine,
    hearing: RedisLine,
  ) {
    this.server = server;
    this.facts = facts;
    this.commands = commands;
    this.records = records;
    this.reading = reading;
    this.hearing = hearing;
  }

  /** Asks where nothing is asked: whatever is on its way has a deadline of its own. @throws {BusError} */
  async ping(): Promise<void> {
    await Promise.all(this.#lines.filter(({ isIdle }) => isIdle).map((line) => line.call('PING')));
  }

  onEnd(listener: (error: BusError) => void): void {
    for (const line of this.#lines) line.onEnd(listener);
  }

  /** @param why what the commands are told that are on their way */
  close(why?: BusError): void {
    for (const line of this.#lines) line.close(why);
  }

  get #lines(): readonly RedisLine[] {
    return [this.commands, this.records, this.reading, this.hearing];
  }
}
