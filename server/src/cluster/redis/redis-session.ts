import type { BusError } from '../cluster-bus.ts';
import type { RedisAddress, RedisServer } from './redis-address.ts';
import { unreachable } from './redis-failure.ts';
import type { RedisLine } from './redis-line.ts';
import { learnServerFacts, type ServerFacts } from './server-facts.ts';
import type { ServerFinder } from './server-finder.ts';

/**
 * The three lines to the server that has our keys now: a reading that waits would hold up commands, and one that listens may
 * send nothing else. Once one of them ends all do: halves of a connection are nothing that anybody tests.
 */
export class RedisSession {
  readonly server: RedisServer;
  readonly facts: ServerFacts;
  readonly commands: RedisLine;
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
      const reading = await openLine(server);
      lines.push(reading);
      const hearing = await openLine(server);
      return new RedisSession(server, facts, commands, reading, hearing);
    } catch (error) {
      for (const line of lines) line.close();
      throw error;
    }
  }

  private constructor(
    server: RedisServer,
    facts: ServerFacts,
    commands: RedisLine,
    reading: RedisLine,
    hearing: RedisLine,
  ) {
    this.server = server;
    this.facts = facts;
    this.commands = commands;
    this.reading = reading;
    this.hearing = hearing;
  }

  onEnd(listener: (error: BusError) => void): void {
    for (const line of this.#lines) line.onEnd(listener);
  }

  close(): void {
    for (const line of this.#lines) line.close();
  }

  get #lines(): readonly RedisLine[] {
    return [this.commands, this.reading, this.hearing];
  }
}
