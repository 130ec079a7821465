import { createServer, type IncomingMessage, type RequestListener, type Server } from 'node:http';
import { type AddressInfo, isIPv4, type Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import type { Logger } from '../observability/log.ts';
import type { GatewayMeters } from '../observability/metrics/gateway-meters.ts';
import { type ConnectionBounds, ConnectionSlots } from './connection-slots.ts';
import { describeListenFailure, errorCode } from './listen-error.ts';

export interface Handlers {
  readonly onRequest: RequestListener;
  onUpgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void;
}

/** One port on one or more addresses, with one set of handlers behind them. */
export interface Listener {
  readonly port: number;
  readonly hosts: readonly string[];
  /** From now on, who handles what arrives. */
  handle(handlers: Handlers): void;
  /** No new connections; requests under way go on, and idle connections end. */
  stopAccepting(): void;
  /** Ends every connection that is left, upgraded ones too. Resolves when the port is free. */
  close(): Promise<void>;
}

export interface ListenOptions {
  readonly hosts: readonly string[];
  /** 0 takes one that is free on all hosts. */
  readonly port: number;
  readonly handlers: Handlers;
  readonly bounds: ConnectionBounds;
  /** Left out: nothing is counted. */
  readonly meters?: GatewayMeters | null;
  readonly log: Logger;
}

/** The system picks a free port for the first address; on the next one it may be taken, so we draw again. */
const MAX_DRAWS = 20;

/** @throws {ListenError} */
export async function openListener(options: ListenOptions): Promise<Listener> {
  for (let draw = 1; ; draw += 1) {
    const listener = new BoundListener(options);
    try {
      await bindAll(listener, options);
      return listener;
    } catch (error) {
      await listener.close();
      const { host, cause } = error instanceof BindFailure ? error : new BindFailure(options.hosts[0] ?? '', error);
      const mayDrawAgain = options.port === 0 && errorCode(cause) === 'EADDRINUSE' && draw < MAX_DRAWS;
      if (!mayDrawAgain) throw await describeListenFailure(host, options.port, cause);
    }
  }
}

class BindFailure extends Error {
  override readonly name = 'BindFailure';
  readonly host: string;

  constructor(host: string, cause: unknown) {
    super(`can't listen on ${host}`, { cause });
    this.host = host;
  }
}

async function bindAll(listener: BoundListener, { hosts, port, log }: ListenOptions): Promise<void> {
  for (const host of hosts) {
    try {
      await listener.bind(host, listener.port || port, hosts.some(isIPv4));
    } catch (error) {
      // Containers often come without IPv6; the other loopback address is then all there is.
      const isMissingLoopback = host === '::1' && hosts.includes('127.0.0.1') && isAbsent(error);
      if (!isMissingLoopback) throw new BindFailure(host, error);
      log.debug({ host }, 'this machine has no such address; going on without it');
    }
  }
}

function isAbsent(error: unknown): boolean {
  const code = errorCode(error);
  return code === 'EADDRNOTAVAIL' || code === 'EAFNOSUPPORT';
}

/**
 * A server may ignore an offer to upgrade (RFC 9110 §7.8), and clients make some by themselves: Java's offers `h2c` with
 * its first request. A WebSocket begins with a GET (RFC 6455 §4.1).
 */
function asksForWebSocket({ method, headers }: IncomingMessage): boolean {
  return method === 'GET' && headers.upgrade?.toLowerCase() === 'websocket';
}

class BoundListener implements Listener {
  port = 0;
  readonly hosts: string[] = [];
  readonly #servers: Server[] = [];
  readonly #connections: ConnectionSlots;
  readonly #meters: GatewayMeters | null;
  #closed: Promise<void>[] | null = null;
  #handlers: Handlers;

  constructor({ bounds, handlers, meters = null }: ListenOptions) {
    this.#connections = new ConnectionSlots(bounds);
    this.#meters = meters;
    this.#handlers = handlers;
  }

  async bind(host: string, port: number, hasIpv4: boolean): Promise<void> {
    const server = createServer({ shouldUpgradeCallback: asksForWebSocket }, (request, response) =>
      this.#handlers.onRequest(request, response),
    );
    server.on('connection', (socket) => this.#admit(socket));
    server.on('upgrade', (request, socket, head) => this.#handlers.onUpgrade(request, socket, head));
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      // `::` would take the IPv4 addresses too, and then they are no longer there for whoever was told to bind them.
      server.listen({ host, port, ipv6Only: hasIpv4 }, () => {
        server.off('error', reject);
        resolve();
      });
    });
    this.#servers.push(server);
    this.hosts.push(host);
    this.port = (server.address() as AddressInfo).port;
  }

  /** Who has no room is hung up on: whoever holds this many connections reads no answer. */
  #admit(socket: Socket): void {
    const limit = this.#connections.take(socket);
    if (limit === null) return;
    this.#meters?.connectionRefused(limit);
    socket.destroy();
  }

  handle(handlers: Handlers): void {
    this.#handlers = handlers;
  }

  stopAccepting(): void {
    this.#closed ??= this.#servers.map((server) => new Promise((resolve) => server.close(() => resolve())));
  }

  async close(): Promise<void> {
    this.stopAccepting();
    for (const socket of this.#connections) socket.destroy();
    await Promise.all(this.#closed ?? []);
  }
}
