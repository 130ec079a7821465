import type { Document } from '@hocuspocus/server';
import type { Clock } from '../clock.ts';
import type { Logger } from '../observability/log.ts';
import type { CollabMeters } from '../observability/metrics/collab-meters.ts';
import type { OpenDocuments } from './open-documents.ts';
import type { QuireHocuspocus } from './quire-hocuspocus.ts';

export interface DocumentUnloadsOptions {
  readonly open: OpenDocuments;
  readonly hocuspocus: QuireHocuspocus;
  readonly clock: Clock;
  readonly log: Logger;
  readonly meters: CollabMeters | null;
}

/** Lets documents out of memory that nobody needs: not under somebody who is on the way in (R6). */
export class DocumentUnloads {
  readonly #options: DocumentUnloadsOptions;
  readonly #entering = new Map<string, number>();
  readonly #underway = new Set<string>();

  constructor(options: DocumentUnloadsOptions) {
    this.#options = options;
  }

  /** Counts somebody on the way into a document; returns the end of it. */
  noteEntering(name: string): () => void {
    this.#entering.set(name, (this.#entering.get(name) ?? 0) + 1);
    let counted = true;
    return () => {
      if (!counted) return;
      counted = false;
      const left = (this.#entering.get(name) ?? 1) - 1;
      if (left === 0) this.#entering.delete(name);
      else this.#entering.set(name, left);
    };
  }

  /** Asked by Hocuspocus, right before it lets go of one. */
  mayUnload(name: string): boolean {
    const owner = this.#options.open.get(name);
    return this.#underway.has(name) && !this.#entering.has(name) && (owner === undefined || owner.isIdle);
  }

  async unload(document: Document): Promise<void> {
    const { clock, hocuspocus, log, meters, open } = this.#options;
    this.#underway.add(document.name);
    try {
      const unload = async (): Promise<void> => void (await hocuspocus.unloadDocument(document));
      await (meters?.unloads.time(clock, unload, () => document.isDestroyed) ?? unload());
    } catch (error) {
      log.error({ err: error, document: document.name }, 'a hook failed while a document was unloaded');
    } finally {
      this.#underway.delete(document.name);
      // Somebody was on the way in, or an extension is still busy with it: ask again later.
      const owner = open.get(document.name);
      if (owner?.document === document) owner.watchIdle();
    }
  }

  /** A document that was deleted in the moment in which its load ended is listed by Hocuspocus after its end. */
  discardDestroyed(name: string): void {
    const { documents } = this.#options.hocuspocus;
    if (documents.get(name)?.isDestroyed === true) documents.delete(name);
  }
}
