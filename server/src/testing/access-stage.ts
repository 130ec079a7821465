import { type DocumentStore, MemoryStore } from '@quire/persistence';
import type { DocumentName } from '@quire/protocol';
import { pino } from 'pino';
import { createDocuments, type Documents } from '../api/documents.ts';
import { endLinksWith } from '../api/end-links.ts';
import { type AccessRules, createAccessRules } from '../auth/access-rules.ts';
import type { RevocationLimits } from '../auth/revocations.ts';
import type { LinkLimits } from '../auth/share-links.ts';
import { type Collaboration, createCollaboration, type Extension } from '../collab/collaboration.ts';
import { createRegistry, type Registry } from '../registry/registry.ts';
import { createTurns } from '../turns.ts';
import { ManualClock } from './manual-clock.ts';
import { openGuard } from './open-guard.ts';
import { testLimits } from './start-gateway.ts';

const MIB = 1024 * 1024;

export interface AccessStage extends AccessRules {
  readonly registry: Registry;
  readonly store: DocumentStore;
  readonly clock: ManualClock;
  readonly collaboration: Collaboration;
  readonly documents: Documents;
  /** What the audit log holds. */
  readonly audit: readonly Record<string, unknown>[];
  stop(): Promise<void>;
}

export interface AccessStageOptions {
  readonly store?: DocumentStore;
  readonly limits?: Partial<LinkLimits & RevocationLimits>;
  readonly extensions?: readonly Extension[];
}

/** The registry and what is decided by it, on real documents, without sockets and HTTP. */
export async function openAccessStage(options: AccessStageOptions = {}): Promise<AccessStage> {
  const clock = new ManualClock();
  const store = options.store ?? new MemoryStore({ clock });
  const log = pino({ level: 'silent' });
  const audit: Record<string, unknown>[] = [];
  const auditLog = pino({ level: 'info' }, { write: (line: string) => audit.push(JSON.parse(line)) });
  const registry = createRegistry({ clock, log });
  const limits = { maxLinks: 100, maxLinksPerDocument: 10, maxRevocations: 10, revocationDays: 1, ...options.limits };
  const binLimits = { days: 30, maxDocuments: 10 };
  const takeTurn = createTurns();
  const rules = createAccessRules({ registry, store, clock, log, audit: auditLog, limits, binLimits, takeTurn });
  const collaboration = createCollaboration({
    store,
    guard: openGuard,
    standing: rules.standing,
    log,
    clock,
    limits: testLimits,
    maxJournalQueueBytes: 64 * MIB,
    extensions: options.extensions ?? [],
  });
  await registry.open(collaboration);
  return {
    ...rules,
    registry,
    store,
    clock,
    collaboration,
    documents: createDocuments({ store, bin: rules.bin, takeTurn, editor: endLinksWith(collaboration, rules, log) }),
    audit,
    async stop() {
      rules.close();
      registry.close();
      await collaboration.close();
      if (options.store === undefined) await store.close();
    },
  };
}

export async function createDocument(
  { documents }: Pick<AccessStage, 'documents'>,
  name: string,
): Promise<DocumentName> {
  await documents.create({ name: name as DocumentName });
  return name as DocumentName;
}
