import * as Y from 'yjs';
import type { Logger } from '../observability/log.ts';

/**
 * Applies a journalled update. Ingest lets nothing pass that can't be applied, as far as its tests can tell; should
 * something, it is on disk by now, and must cost itself and nothing else: neither the rest of its flush, nor the
 * document to everybody who opens it from then on.
 */
export function applyOrSkip(document: Y.Doc, update: Uint8Array, origin: unknown, log: Pick<Logger, 'error'>): void {
  try {
    Y.applyUpdate(document, update, origin);
  } catch (error) {
    const name = 'name' in document ? document.name : undefined;
    log.error(
      { err: error, document: name, bytes: update.length },
      'a journalled update can’t be applied and is left out',
    );
  }
}
