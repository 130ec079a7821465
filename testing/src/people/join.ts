import { setTimeout as pause } from 'node:timers/promises';
import type { Awareness } from 'y-protocols/awareness';
import type * as Y from 'yjs';
import { eventually } from '../eventually.ts';
import { type Link, openLink, type PersonLink } from '../links/person-link.ts';
import { createTimeline, describeTimeline, type Timeline } from '../links/timeline.ts';
import { until } from '../until.ts';
import { takeHocuspocusSeat } from './hocuspocus-seat.ts';
import { takeQuireSeat } from './quire-seat.ts';
import type { Dialect, Providers, Seat, SeatOptions } from './seat.ts';
import { takeYWebsocketSeat } from './y-websocket-seat.ts';

export interface JoinOptions<D extends Dialect = Dialect> {
  /** As others see them in presence, and as timelines call them. Left out: `somebody`. */
  readonly name?: string;
  /** Left out: `hocuspocus`. */
  readonly dialect?: D;
  readonly token?: string;
  /** What they hold before they come. Left out: nothing. Not for `quire`. */
  readonly doc?: Y.Doc;
  readonly color?: string;
  /** Whether `join` waits until the document is there. Left out: it does, and rejects with the reason when they are not let in. */
  readonly waits?: boolean;
  /** How long `join`, `synced` and `saved` wait. Left out: 15 s. */
  readonly timeoutMs?: number;
}

/** Somebody with a document open, through a published client and a way to the server of their own. */
export interface JoinedPerson<D extends Dialect = Dialect> {
  readonly name: string;
  readonly document: string;
  readonly doc: Y.Doc;
  readonly awareness: Awareness;
  /** What the client gives for an open document: a provider, or a room of `@quire/client`. */
  readonly provider: Providers[D];
  /** Faults of their way to the server, and nobody else's. */
  readonly link: PersonLink;
  /** The last frames that went over it. */
  readonly timeline: Timeline;
  /** Resolves once they have all that the server had when they (re)connected. */
  synced(): Promise<void>;
  /**
   * Resolves once the server has acknowledged every edit made here so far: the receipts of `quire` and `hocuspocus`; for
   * `y-websocket`, which has none, once a newcomer is given them all.
   */
  saved(): Promise<void>;
  /** With a goodbye, unless the link lets none through. */
  leave(): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
}

const DEFAULT_COLOR = '#7c3aed';
const ASK_EVERY_MS = 10;
/** A server that lives answers a goodbye at once. */
const GOODBYE_MS = 1_000;

/**
 * Lets somebody into a document of any server that speaks the dialect, Quire or another.
 *
 * @param url as the client of the dialect takes it, without the document: `ws://host/collab`, `ws://host/yjs`, `ws://host:1234`
 * @throws {Error} with what went over the wire, when they are not let in
 * @example
 * const ada = await join('ws://localhost:1234', 'plan', { name: 'Ada', dialect: 'y-websocket' });
 * ada.doc.getText('body').insert(0, 'Hello');
 * await ada.saved();
 * await ada.leave();
 */
export async function join<D extends Dialect = 'hocuspocus'>(
  url: string,
  document: string,
  options: JoinOptions<D> = {},
): Promise<JoinedPerson<D>> {
  const { name = 'somebody', dialect = 'hocuspocus', waits = true, timeoutMs } = options;
  const timeline = createTimeline();
  // From the beginning: a connection that was moved to one later would have to be cut for it.
  const link = await openLink(url, { timeline, dialect: dialect === 'y-websocket' ? 'y-websocket' : 'hocuspocus' });
  let seat: Seat<D>;
  try {
    const { token, doc, color = DEFAULT_COLOR } = options;
    seat = (await takeSeat(dialect, { url: link.wsUrl, document, name, color, token, doc }, url)) as Seat<D>;
  } catch (error) {
    await link.close();
    throw error;
  }
  const person = createPerson({ name, document, link, seat, timeoutMs });
  if (!waits) return person;
  try {
    await person.synced();
  } catch (error) {
    await person.leave();
    throw error;
  }
  return person;
}

function takeSeat(dialect: Dialect, options: SeatOptions, directUrl: string): Seat | Promise<Seat> {
  switch (dialect) {
    case 'quire':
      return takeQuireSeat(options);
    case 'hocuspocus':
      return takeHocuspocusSeat(options);
    case 'y-websocket':
      return takeYWebsocketSeat(options, directUrl);
  }
}

interface PersonParts<D extends Dialect> {
  readonly name: string;
  readonly document: string;
  readonly link: Link;
  readonly seat: Seat<D>;
  readonly timeoutMs: number | undefined;
}

function createPerson<D extends Dialect>({ name, document, link, seat, timeoutMs }: PersonParts<D>): JoinedPerson<D> {
  const { timeline } = link;
  const time = timeoutMs === undefined ? {} : { timeoutMs };
  const tell = (what: string): string => `${name} ${what}\n${describeTimeline({ [name]: { timeline } })}\n`;
  const assertLetIn = (): void => {
    if (seat.refusal !== null) throw new Error(tell(`is not let into "${document}": ${seat.refusal}`));
  };
  let leaving: Promise<void> | null = null;

  async function leave(): Promise<void> {
    seat.leave();
    // The proxy would take a goodbye along that is still on its way.
    if (!link.isHalfOpen) {
      await until(() => link.connections === 0, { what: 'the goodbye', timeoutMs: GOODBYE_MS }).catch(() => {
        // A server that hangs answers none, and whoever leaves does not stay for that.
      });
    }
    await link.close();
  }

  const person: JoinedPerson<D> = {
    name,
    document,
    doc: seat.doc,
    awareness: seat.awareness,
    provider: seat.provider,
    link,
    timeline,
    async synced() {
      await until(
        () => {
          assertLetIn();
          // The client alone is not asked: it may not have noticed yet that its connection was cut.
          return link.hasCaughtUp && seat.isSynced();
        },
        { what: () => tell(`has not got "${document}"`), ...time },
      );
    },
    saved: () =>
      eventually(
        async (signal) => {
          assertLetIn();
          if (link.hasCaughtUp && (await seat.isSaved(signal))) return true;
          await pause(ASK_EVERY_MS);
          return false;
        },
        { what: () => tell(`has edits of "${document}" that are not saved`), ...time },
      ),
    leave() {
      leaving ??= leave();
      return leaving;
    },
    [Symbol.asyncDispose]: () => person.leave(),
  };
  return person;
}
