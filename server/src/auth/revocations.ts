import { randomBytes } from 'node:crypto';
import { type Revocation, type RevocationList, revocationQuerySchema, revokeSchema } from '@quire/protocol';
import { z } from 'zod';
import { check } from '../check.ts';
import type { Clock } from '../clock.ts';
import type { Logger } from '../observability/log.ts';
import { ApiError } from '../problems.ts';
import type { Registry, RegistryDraft } from '../registry/registry.ts';
import { type Actor, OURSELVES } from './actor.ts';
import type { Bearer } from './authenticator.ts';

/** A revocation as it is kept. Times are milliseconds since 1970. */
const revocationRecordSchema = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('user'),
    user: z.string(),
    issuedBefore: z.number(),
    created: z.number(),
    createdBy: z.string(),
  }),
  z.object({ kind: z.literal('token'), token: z.string(), created: z.number(), createdBy: z.string() }),
]);
type RevocationRecord = z.infer<typeof revocationRecordSchema>;

/** Whose access is taken back: `{ user, issuedBefore? }` or `{ token }`; the moment as ISO 8601. */
export type RevocationDraft = z.input<typeof revokeSchema>;

/** Access that was taken back before its time, as a program that embeds the server and the HTTP API see it. */
export interface Revocations {
  /**
   * Voids what was issued to a user before a moment, now unless it is given, or one token. Resolves once that is on disk
   * and holds at every door; on open sockets too, at the latest a tenth of a second later, when many are revoked in a row. Of
   * a user there is one revocation: a later moment takes the earlier's place.
   *
   * @throws {ApiError} `bad-request`, `too-many-revocations`
   */
  revoke(draft: RevocationDraft, by?: Actor): Promise<Revocation>;
  /** The latest first. @throws {ApiError} `bad-request` */
  list(query?: z.input<typeof revocationQuerySchema>): RevocationList;
  /** What it had voided is good again. @throws {ApiError} `unknown-revocation` */
  lift(id: string, by?: Actor): Promise<void>;
}

/** What the doors need to know of revocations. */
export interface RevocationKeeper extends Revocations {
  readonly count: number;
  isVoid(bearer: Bearer): boolean;
  /** Forgets those that are so old that no token can live from before them. */
  purge(): Promise<void>;
  /** Calls back when access was taken back. @param listener told of which user; null: of a token */
  onRevoked(listener: (user: string | null) => void): () => void;
}

export interface RevocationLimits {
  readonly maxRevocations: number;
  /** For so long a revocation is remembered. */
  readonly revocationDays: number;
}

const DAY_MS = 86_400_000;
/** An edit is one entry of the journal: so many records are taken away with one. */
const PURGED_AT_ONCE = 500;
/**
 * By how much the clock of whoever issues may be ahead of ours, as for tokens. What was issued later still says nothing of
 * when: seconds and milliseconds were confused, and it would be beyond every revocation.
 */
const CLOCK_TOLERANCE_MS = 300_000;

export function createRevocations(options: {
  readonly registry: Registry;
  readonly clock: Clock;
  readonly audit: Logger;
  readonly limits: RevocationLimits;
}): RevocationKeeper {
  const { registry, clock, audit, limits } = options;
  const table = registry.table('revocations', revocationRecordSchema);
  /** Ids of records, by whom they are about. In a cluster two nodes may write one for the same user at the same time. */
  const byUser = new Map<string, Map<string, number>>();
  const byToken = new Map<string, Set<string>>();
  table.onChange(({ added, removed }) => {
    for (const [id, record] of removed) forget(id, record);
    for (const [id, record] of added) note(id, record);
  });

  function note(id: string, record: RevocationRecord): void {
    if (record.kind === 'user') {
      const moments = byUser.get(record.user) ?? new Map<string, number>();
      byUser.set(record.user, moments.set(id, record.issuedBefore));
    } else {
      const ids = byToken.get(record.token) ?? new Set<string>();
      byToken.set(record.token, ids.add(id));
    }
  }

  function forget(id: string, record: RevocationRecord): void {
    const [index, key] = record.kind === 'user' ? [byUser, record.user] : [byToken, record.token];
    const ids = index.get(key);
    ids?.delete(id);
    if (ids?.size === 0) index.delete(key);
  }

  /** When the last of what is void was issued; null when nothing is. */
  function voidUntil(user: string): number | null {
    const moments = byUser.get(user);
    return moments === undefined ? null : Math.max(...moments.values());
  }

  const isForgotten = (record: RevocationRecord): boolean => {
    const from = record.kind === 'user' ? record.issuedBefore : record.created;
    return from + limits.revocationDays * DAY_MS <= clock.now();
  };

  return {
    get count() {
      return table.records.size;
    },
    async revoke(draft, by = OURSELVES) {
      const { user, token, issuedBefore } = check(revokeSchema, draft);
      const created = clock.now();
      const id = randomBytes(8).toString('hex');
      const change = ({ put, remove }: RegistryDraft): RevocationRecord => {
        const about = { created, createdBy: by.user };
        const replaced = user === undefined ? byToken.get(token ?? '') : byUser.get(user);
        if ((replaced?.size ?? 0) === 0 && table.records.size >= limits.maxRevocations) {
          throw new ApiError(
            'too-many-revocations',
            `This server remembers at most ${limits.maxRevocations} revocations (access.maxRevocations): lift old ones`,
          );
        }
        for (const other of replaced?.keys() ?? []) remove(table, other);
        const moment = issuedBefore === undefined ? created : Date.parse(issuedBefore);
        const written: RevocationRecord =
          user === undefined
            ? { kind: 'token', token: token ?? '', ...about }
            : { kind: 'user', user, issuedBefore: Math.max(moment, voidUntil(user) ?? 0), ...about };
        put(table, id, written);
        return written;
      };

      const { address } = by;
      const record = await registry.edit(by.user, change, (stored) =>
        audit.info({ event: 'access-revoked', ...describe(id, stored), address }, 'access was taken back'),
      );
      return describe(id, record);
    },
    list(query = {}) {
      const { user, after, limit } = check(revocationQuerySchema, query);
      const wanted = [...table.records].filter(
        ([, record]) => user === undefined || (record.kind === 'user' && record.user === user),
      );
      const sorted = wanted.sort(latestFirst);
      const from = after === undefined ? 0 : sorted.findIndex(([id]) => id === after) + 1;
      if (after !== undefined && from === 0) {
        throw new ApiError('bad-request', 'after: this is no place in the list, or not any more; begin anew');
      }
      const page = sorted.slice(from, from + limit);
      const next = from + limit < sorted.length ? (page.at(-1)?.[0] ?? null) : null;
      return { revocations: page.map(([id, record]) => describe(id, record)), next };
    },
    async lift(id, { user, address } = OURSELVES) {
      const change = ({ remove }: RegistryDraft): void => {
        if (!table.records.has(id)) throw new ApiError('unknown-revocation', `There is no revocation "${id}"`);
        remove(table, id);
      };
      await registry.edit(user, change, () =>
        audit.info({ event: 'revocation-lifted', id, by: user, address }, 'a revocation was lifted'),
      );
    },
    isVoid({ user, issuedAt, tokenId }) {
      if (tokenId !== undefined && byToken.has(tokenId)) return true;
      const moment = voidUntil(user.id);
      if (moment === null) return false;
      return issuedAt === undefined || issuedAt < moment || issuedAt > clock.now() + CLOCK_TOLERANCE_MS;
    },
    async purge() {
      const old = [...table.records].filter(([, record]) => isForgotten(record)).slice(0, PURGED_AT_ONCE);
      if (old.length === 0) return;
      await registry.edit('', ({ remove }) => {
        for (const [id] of old) remove(table, id);
      });
    },
    onRevoked: (listener) =>
      table.onChange(({ added }) => {
        for (const record of added.values()) listener(record.kind === 'user' ? record.user : null);
      }),
  };
}

/** The id decides between two of the same moment, so that a list can be gone through page by page. */
function latestFirst([id, one]: [string, RevocationRecord], [otherId, other]: [string, RevocationRecord]): number {
  if (one.created !== other.created) return other.created - one.created;
  return id < otherId ? -1 : 1;
}

function describe(id: string, record: RevocationRecord): Revocation {
  const about = { id, created: new Date(record.created).toISOString(), createdBy: record.createdBy };
  switch (record.kind) {
    case 'user':
      return { ...about, user: record.user, token: null, issuedBefore: new Date(record.issuedBefore).toISOString() };
    case 'token':
      return { ...about, user: null, token: record.token, issuedBefore: null };
    default:
      return record satisfies never;
  }
}
