import type { DocumentStore, Holdings } from '@quire/persistence';
import type { Logger } from '../observability/log.ts';
import {
  type Announcement,
  AnnouncementError,
  type AnnouncementFault,
  decodeAnnouncement,
  readSpeaker,
  type UnreadSpeaker,
} from './announcement.ts';
import type { Announcer } from './announcer.ts';
import type { Membership } from './membership.ts';
import type { PeerStatus } from './peer-link.ts';
import { EMPTY_ROLL, enrol, type Roll } from './roll.ts';
import type { Spans } from './spans.ts';
import type { Strangers } from './strangers.ts';
import { type Heard, isComplete, learnAll, type Watch, type Way } from './watch.ts';

/** Nodes that go on saying what can't be read are spoken of once each, and no more than so many. */
const MOST_TOLD = 1_000;

export interface EarsOptions {
  readonly store: Pick<DocumentStore, 'incarnation' | 'holdings'>;
  readonly watch: Watch;
  readonly strangers: Pick<Strangers, 'hear' | 'heardWell' | 'answered' | 'answeredWell' | 'remember'>;
  readonly membership: Membership;
  readonly announcer: Announcer;
  readonly log: Logger;
  readonly onRollChanged: () => void;
}

/** Takes in what nodes say of themselves and of each other, by whatever way it comes. */
export class Ears {
  readonly #options: EarsOptions;
  readonly #told = new Set<string>();

  constructor(options: EarsOptions) {
    this.#options = options;
  }

  /** @param followed those whose records had been followed when the bus was asked (R12) */
  hearBus(said: ReadonlyMap<string, Uint8Array>, followed: ReadonlySet<string>): void {
    const { store, strangers } = this.#options;
    for (const [incarnation, bytes] of said) {
      if (incarnation === store.incarnation) continue;
      const announcement = this.#decode(incarnation, bytes, (fault) => {
        strangers.hear(incarnation, bytes, fault);
        this.#enrol(bytes);
      });
      if (announcement?.incarnation !== incarnation) continue;
      strangers.heardWell(incarnation);
      const heard = this.hear(announcement, 'bus');
      if (heard !== null && followed.has(incarnation)) heard.isFresh = true;
    }
  }

  /** @returns whether it is the node that was asked for */
  hearStatus(node: string, status: PeerStatus): boolean {
    const { strangers } = this.#options;
    const { announcement: said } = status;
    const announcement = this.#decode(node, said, (fault) => strangers.answered(node, said, fault));
    if (announcement === null) return false;
    strangers.answeredWell(announcement.node);
    const heard = this.hear(announcement, 'direct');
    if (heard !== null) {
      learnAll(heard, status.holdings);
      // What it published before it was followed is read as well, so whenever it was asked, it was after that.
      heard.isFresh = true;
    }
    for (const [told, bytes] of status.heard) {
      const theirs = this.#decode(told, bytes);
      if (theirs !== null) this.hear(theirs, 'told');
    }
    return announcement.node === node;
  }

  /** It is not known what it holds any better than before this node restarted. */
  remember(unread: UnreadSpeaker): void {
    const { log, strangers } = this.#options;
    strangers.remember(unread);
    log.warn(unread, 'What a node said last could not be read before this one restarted');
  }

  /** @returns null when these are this node's own words */
  hear(announcement: Announcement, way: Way): Heard | null {
    const { announcer, store, watch } = this.#options;
    if (announcement.incarnation === store.incarnation) return null;
    const heard = watch.hear(announcement, way);
    this.#learn(announcement.roll);
    if (!isComplete(heard) && announcer.agrees(heard.announcement)) {
      learnAll(heard, withoutKeys(store.holdings(), heard.announcement.holdings));
    }
    return heard;
  }

  /** Who speaks on the bus belongs to the cluster, also when it can't be read what it says (R12). */
  #enrol(words: Uint8Array): void {
    const speaker = readSpeaker(words);
    if (speaker !== null) this.#learn(enrol(EMPTY_ROLL, speaker.node));
  }

  #learn(roll: Roll): void {
    const { log, membership, onRollChanged } = this.#options;
    if (!membership.learn(roll)) return;
    log.info({ members: membership.others.length + 1 }, 'The nodes of the cluster changed');
    onRollChanged();
  }

  #decode(
    from: string,
    bytes: Uint8Array,
    onUnread: (fault: AnnouncementFault) => void = () => {},
  ): Announcement | null {
    try {
      return decodeAnnouncement(bytes);
    } catch (error) {
      if (!(error instanceof AnnouncementError)) throw error;
      onUnread(error.fault);
      this.#tellOnce(from, error);
      return null;
    }
  }

  #tellOnce(from: string, error: AnnouncementError): void {
    if (this.#told.has(from) || this.#told.size >= MOST_TOLD) return;
    this.#told.add(from);
    this.#options.log.warn({ err: error, from }, 'What a node says of itself can not be read, and is passed over');
  }
}

function withoutKeys(holdings: Holdings, left: Holdings): Map<string, Spans> {
  const rest = new Map<string, Spans>(holdings);
  for (const incarnation of left.keys()) rest.delete(incarnation);
  return rest;
}
