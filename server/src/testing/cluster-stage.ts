import { type EntryDraft, type EntryId, type LoadedDocument, MemoryStore } from '@quire/persistence';
import type { DocumentName } from '@quire/protocol';
import { until } from '@quire/testing';
import { pino } from 'pino';
import { systemClock } from '../clock.ts';
import { type Collaboration, type CollaborationOptions, createCollaboration } from '../collab/collaboration.ts';
import { HeldReplication, type Links, linkNodes } from './linked-nodes.ts';
import { openGuard } from './open-guard.ts';
import { Page, type PageOptions } from './page.ts';
import { testLimits } from './start-gateway.ts';

/** A store whose reads and writes a test can hold up. */
export class HeldStore extends MemoryStore {
  beforeLoadEnds: (() => Promise<void>) | null = null;
  beforeAppend: (() => Promise<void>) | null = null;
  /** How many were asked for. */
  appends = 0;

  override async load(document: string): Promise<LoadedDocument | null> {
    const loaded = await super.load(document);
    await this.beforeLoadEnds?.();
    return loaded;
  }

  override async append(draft: EntryDraft): Promise<EntryId> {
    this.appends += 1;
    await this.beforeAppend?.();
    return super.append(draft);
  }
}

export interface ClusterNode {
  readonly store: HeldStore;
  readonly collaboration: Collaboration;
  readonly replication: HeldReplication;
}

/** Nodes without sockets, and the people on them. */
export interface ClusterStage {
  startNode(options?: Partial<CollaborationOptions>): ClusterNode;
  /** @param options of the first */
  startTwo(options?: Partial<CollaborationOptions>): { here: ClusterNode; there: ClusterNode; links: Links };
  open(node: Pick<ClusterNode, 'collaboration'>, document: string, options?: PageOptions): Page;
  /** Resolves once they are let in. */
  enter(node: Pick<ClusterNode, 'collaboration'>, document: string, options?: PageOptions): Promise<Page>;
  /** Resolves once what they brought is on disk, too. */
  enterWhole(node: Pick<ClusterNode, 'collaboration'>, document: string, options?: PageOptions): Promise<Page>;
  /** Has something end with the stage, before what was started earlier. */
  atEnd(end: () => unknown): void;
  close(): Promise<void>;
}

export function createClusterStage(): ClusterStage {
  const ends: (() => unknown)[] = [];
  const atEnd = (end: () => unknown): void => void ends.push(end);

  function startNode(options: Partial<CollaborationOptions> = {}): ClusterNode {
    const store = new HeldStore();
    const replication = new HeldReplication();
    const collaboration = createCollaboration({
      store,
      replication,
      guard: openGuard,
      log: pino({ level: 'silent' }),
      clock: systemClock,
      limits: testLimits,
      maxJournalQueueBytes: 2 ** 26,
      extensions: [],
      ...options,
    });
    atEnd(async () => {
      replication.holds = false;
      replication.acknowledge();
      await collaboration.close();
      await store.close();
    });
    return { store, collaboration, replication };
  }

  function open(
    { collaboration }: Pick<ClusterNode, 'collaboration'>,
    document: string,
    options: PageOptions = {},
  ): Page {
    const page = new Page(collaboration, document, options);
    atEnd(() => page.leave());
    return page;
  }

  const enter: ClusterStage['enter'] = async (node, document, options) => {
    const page = open(node, document, options);
    await until(() => page.read().isIn, { what: `nobody is let into ${document}` });
    return page;
  };

  return {
    startNode,
    startTwo(options) {
      const [here, there] = [startNode(options), startNode()];
      const links = linkNodes([here, there]);
      atEnd(() => links.close());
      return { here, there, links };
    },
    open,
    enter,
    async enterWhole(node, document, options) {
      const page = await enter(node, document, options);
      await until(() => page.read().receipts > 0, { what: 'its step 2 is durable' });
      return page;
    },
    atEnd,
    async close() {
      for (const end of ends.splice(0).reverse()) await end();
    },
  };
}

/** An edit of the server's own, at the end of the text. */
export function write(
  { collaboration }: Pick<ClusterNode, 'collaboration'>,
  text: string,
  document: string,
  author = '',
): Promise<void> {
  return collaboration.edit(document as DocumentName, author, (doc) => {
    const body = doc.getText('body');
    body.insert(body.length, text);
  });
}

/** Resolves once a page shows this text. */
export function shows(page: Page, text: string): Promise<unknown> {
  return until(() => page.text === text, { what: () => `a page that shows “${page.text}” shows “${text}”` });
}

/** Resolves once a connection was ended with this code. */
export function isPutOut(page: Page, reason: string): Promise<unknown> {
  return until(() => page.read().ends.includes(reason), {
    what: () => `put out with ${reason}, not ${page.ends.join()}`,
  });
}
