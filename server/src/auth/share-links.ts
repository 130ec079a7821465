import { compareEpochs, type DocumentStore, type Epoch } from '@quire/persistence';
import {
  type CloseCode,
  type CreatedLink,
  closeCodes,
  createLinkSchema,
  type DocumentName,
  linkRoles,
  type ShareLink,
} from '@quire/protocol';
import { z } from 'zod';
import { check } from '../check.ts';
import type { Clock } from '../clock.ts';
import { untilStored } from '../collab/confirmation.ts';
import type { Logger } from '../observability/log.ts';
import { ApiError } from '../problems.ts';
import type { Registry, RegistryDraft } from '../registry/registry.ts';
import { type Actor, OURSELVES } from './actor.ts';
import { type Access, AccessError, type Bearer, NOBODY } from './authenticator.ts';
import { isTokenOf, mintLink, readLinkId } from './link-token.ts';

/** A link as it is kept. Times are milliseconds since 1970. */
const linkRecordSchema = z.object({
  document: z.string(),
  /** The life of the document that it opens: not the next one under the same name (R14). */
  epoch: z.object({ count: z.int(), id: z.string() }),
  role: z.enum(linkRoles),
  label: z.string(),
  expires: z.number().nullable(),
  created: z.number(),
  createdBy: z.string(),
  /** SHA-256 of its token. */
  hash: z.string(),
});
type LinkRecord = z.infer<typeof linkRecordSchema>;

/** What a new link is to be; times as ISO 8601. */
export type LinkDraft = z.input<typeof createLinkSchema>;

/** The share links of this server, as a program that embeds it and the HTTP API see them. */
export interface ShareLinks {
  /**
   * Resolves once the link is on disk. The answer is the only one that ever holds its token.
   *
   * @throws {ApiError} `unknown-document`, `bad-request`, `too-many-links`
   */
  create(document: DocumentName, draft: LinkDraft, by?: Actor): Promise<Omit<CreatedLink, 'url'>>;
  /** Those that work, the latest first. @throws {ApiError} `unknown-document` */
  list(document: DocumentName): Promise<readonly ShareLink[]>;
  /** Resolves once it is void, on disk and at every door; on open sockets as a revocation. @throws {ApiError} `unknown-document`, `unknown-link` */
  revoke(document: DocumentName, id: string, by?: Actor): Promise<void>;
}

/** What the doors need to know of share links. */
export interface LinkKeeper extends ShareLinks {
  readonly count: number;
  /** @throws {AccessError} `link-ended`, `auth-unavailable` */
  open(token: string): Promise<Access>;
  /**
   * Why somebody who came by a link may stay no longer; null while they may, and for who came otherwise.
   *
   * @param life of the document that they are in, where that is known
   */
  findEnd(bearer: Bearer, life?: Epoch): CloseCode | null;
  /**
   * Takes away what is left of earlier lives of a document. They open nothing in any case, so it is done once it is stored here:
   * no other node is waited for.
   */
  forgetLost(document: DocumentName): Promise<void>;
  /** Takes expired links away. */
  purge(): Promise<void>;
  /** Calls back when links were taken away. */
  onEnded(listener: () => void): () => void;
}

export interface LinkLimits {
  readonly maxLinks: number;
  readonly maxLinksPerDocument: number;
}

/** An edit is one entry of the journal: so many records are taken away with one. */
const PURGED_AT_ONCE = 500;

export function createShareLinks(options: {
  readonly registry: Registry;
  readonly store: Pick<DocumentStore, 'stat'>;
  readonly clock: Clock;
  readonly audit: Logger;
  readonly limits: LinkLimits;
}): LinkKeeper {
  const { registry, store, clock, audit, limits } = options;
  const table = registry.table('links', linkRecordSchema);
  const byDocument = new Map<string, Set<string>>();
  table.onChange(({ added, removed }) => {
    for (const [id, { document }] of removed) {
      const ids = byDocument.get(document);
      ids?.delete(id);
      if (ids?.size === 0) byDocument.delete(document);
    }
    for (const [id, { document }] of added) {
      const ids = byDocument.get(document);
      if (ids === undefined) byDocument.set(document, new Set([id]));
      else ids.add(id);
    }
  });

  function linksOf(document: string): [string, LinkRecord][] {
    return [...(byDocument.get(document) ?? [])].flatMap((id) => {
      const link = table.records.get(id);
      return link === undefined ? [] : [[id, link]];
    });
  }

  const isExpired = ({ expires }: LinkRecord): boolean => expires !== null && expires <= clock.now();
  const works = (link: LinkRecord, life: Epoch): boolean => !isExpired(link) && compareEpochs(link.epoch, life) === 0;

  /** Null when there is no document of this name. */
  async function findLife(document: string): Promise<Epoch | null> {
    const stat = await store.stat(document);
    if (stat === null || stat.state === 'deleted') return null;
    if (stat.state === 'damaged') throw stat.error;
    return stat.epoch;
  }

  async function assertLife(document: DocumentName): Promise<Epoch> {
    const life = await findLife(document);
    if (life === null) throw new ApiError('unknown-document', `No document is called "${document}"`);
    return life;
  }

  function assertRoom(others: number): void {
    if (others >= limits.maxLinksPerDocument) {
      const most = `A document has at most ${limits.maxLinksPerDocument} links`;
      throw new ApiError('too-many-links', `${most}: revoke one that is no longer needed`);
    }
    if (table.records.size >= limits.maxLinks) {
      throw new ApiError('too-many-links', `This server has at most ${limits.maxLinks} links (access.maxLinks)`);
    }
  }

  return {
    get count() {
      return table.records.size;
    },
    async create(document, draft, by = OURSELVES) {
      const { role, label = '', expires } = readDraft(draft, clock.now());
      const epoch = await assertLife(document);
      const { id, token, hash } = mintLink();
      const created = clock.now();
      const record: LinkRecord = { document, epoch, role, label, expires, created, createdBy: by.user, hash };
      const change = ({ put, remove }: RegistryDraft): void => {
        const links = linksOf(document);
        const over = links.filter(([, link]) => !works(link, epoch));
        assertRoom(links.length - over.length);
        for (const [other] of over) remove(table, other);
        put(table, id, record);
      };
      const link = describe(id, record);
      const { user, address } = by;
      await registry.edit(by.user, change, () =>
        audit.info(
          { event: 'link-created', document, link: id, role, expires: link.expires, user, address },
          'a share link was made',
        ),
      );
      return { ...link, token };
    },
    async list(document) {
      const life = await assertLife(document);
      const working = linksOf(document).filter(([, link]) => works(link, life));
      return working.sort(([, one], [, other]) => other.created - one.created).map(([id, link]) => describe(id, link));
    },
    async revoke(document, id, { user, address } = OURSELVES) {
      const life = await assertLife(document);
      const change = ({ remove }: RegistryDraft): void => {
        const link = table.records.get(id);
        if (link?.document !== document || !works(link, life)) {
          throw new ApiError('unknown-link', `The document has no link "${id}", or not any more`);
        }
        remove(table, id);
      };
      await registry.edit(user, change, () =>
        audit.info({ event: 'link-revoked', document, link: id, user, address }, 'a share link was revoked'),
      );
    },
    async open(token) {
      registry.assertKnown();
      const id = readLinkId(token);
      const link = id === null ? undefined : table.records.get(id);
      if (id === null || link === undefined || !isTokenOf(link, token)) {
        throw new AccessError(closeCodes.linkEnded, `link ${id ?? 'of no known form'}: unknown or revoked`);
      }
      if (isExpired(link)) throw new AccessError(closeCodes.linkEnded, `link ${id}: expired`);
      const life = await findLife(link.document).catch((cause: unknown) => {
        throw new AccessError(closeCodes.authUnavailable, `link ${id}: its document can not be looked up`, { cause });
      });
      if (life === null || !works(link, life)) {
        throw new AccessError(closeCodes.linkEnded, `link ${id}: its document was deleted`);
      }
      const { document, role, expires } = link;
      return { user: NOBODY, expiresAt: expires, link: id, roleIn: (name) => (name === document ? role : null) };
    },
    findEnd({ link: id }, life) {
      if (id === undefined) return null;
      const link = table.records.get(id);
      const isGood = link !== undefined && (life === undefined ? !isExpired(link) : works(link, life));
      return isGood ? null : closeCodes.linkEnded;
    },
    async forgetLost(document) {
      if (!byDocument.has(document)) return;
      const life = await findLife(document);
      const change = ({ remove }: RegistryDraft): void => {
        for (const [id, { epoch }] of linksOf(document)) {
          if (life === null || compareEpochs(epoch, life) !== 0) remove(table, id);
        }
      };
      await untilStored(({ onStored }) => registry.edit('', change, onStored));
    },
    async purge() {
      const expired = [...table.records].filter(([, link]) => isExpired(link)).slice(0, PURGED_AT_ONCE);
      if (expired.length === 0) return;
      await registry.edit('', ({ remove }) => {
        for (const [id] of expired) remove(table, id);
      });
    },
    onEnded: (listener) =>
      table.onChange(({ removed }) => {
        if (removed.size > 0) listener();
      }),
  };
}

/** @throws {ApiError} `bad-request` */
function readDraft(draft: LinkDraft, now: number) {
  const { role, label, expires } = check(createLinkSchema, draft);
  const until = expires === undefined ? null : Date.parse(expires);
  if (until !== null && until <= now) throw new ApiError('bad-request', `expires: ${expires} is over already`);
  return { role, label, expires: until };
}

function describe(id: string, { role, label, expires, created, createdBy }: LinkRecord): ShareLink {
  const until = expires === null ? null : new Date(expires).toISOString();
  return { id, role, label, expires: until, created: new Date(created).toISOString(), createdBy };
}
