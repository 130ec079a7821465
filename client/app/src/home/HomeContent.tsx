import type { DocumentInfo } from '@quire/client';
import { FileText, SearchX, ServerOff, TriangleAlert } from 'lucide-react';
import { DocumentTable } from './DocumentTable.tsx';
import { type DocumentListState, PAGE_SIZE } from './document-list.ts';
import { matchesQuery } from './document-words.ts';
import { ActionButton, Notice } from './Notice.tsx';
import { SignedOutNotice } from './SignedOutNotice.tsx';
import { TableSkeleton } from './TableSkeleton.tsx';

interface HomeContentProps {
  readonly state: DocumentListState;
  readonly query: string;
  readonly onRetry: () => Promise<void>;
  readonly onMore: (count: number) => Promise<void>;
  readonly onClearSearch: () => void;
  readonly onRename: (document: DocumentInfo) => void;
  readonly onDelete: (document: DocumentInfo) => void;
}

export function HomeContent({ state, query, onRetry, onMore, onClearSearch, ...actions }: HomeContentProps) {
  switch (state.kind) {
    case 'loading':
      return <TableSkeleton />;
    case 'failed':
      return (
        <Notice icon={<ServerOff aria-hidden />} title="Your documents can’t be listed" alert>
          <p>{state.message}</p>
          <p>
            If this server is yours, see whether it runs. Documents that you opened here before still open by their
            link.
          </p>
          <RetryButton onRetry={onRetry} />
        </Notice>
      );
    case 'signed-out':
      return <SignedOutNotice onRetry={onRetry} />;
    case 'ready': {
      if (state.documents.length === 0) return <EmptyNotice stale={state.stale} onRetry={onRetry} />;
      const searching = query.trim() !== '';
      const shown = searching ? state.documents.filter((document) => matchesQuery(document, query)) : state.documents;
      return (
        <>
          {state.stale !== null && <StaleNotice message={state.stale} onRetry={onRetry} />}
          {shown.length > 0 && <DocumentTable documents={shown} {...actions} />}
          {searching && shown.length === 0 && (
            <Notice icon={<SearchX aria-hidden />} title={`Nothing found for “${query.trim()}”`}>
              <p>Search looks at titles and names, not yet at the text inside.</p>
              <button type="button" className="button" onClick={onClearSearch}>
                Show all documents
              </button>
            </Notice>
          )}
          <p className={shown.length > 0 ? 'home-foot' : 'visually-hidden'} role="status">
            {searching ? describeSearch(shown.length, state) : ''}
          </p>
          {!searching && state.next !== null && (
            <ActionButton label="Show more" onAct={() => onMore(state.documents.length + PAGE_SIZE)} />
          )}
        </>
      );
    }
  }
}

function describeSearch(found: number, state: { documents: readonly unknown[]; next: string | null }): string {
  const count = found === 1 ? '1 document found' : `${found} documents found`;
  return state.next === null ? count : `${count} among the ${state.documents.length} changed last`;
}

function EmptyNotice({ stale, onRetry }: { readonly stale: string | null; readonly onRetry: () => Promise<void> }) {
  if (stale !== null) return <StaleNotice message={stale} onRetry={onRetry} />;
  return (
    <Notice icon={<FileText aria-hidden />} title="No documents yet">
      <p>
        Make one with <strong>New document</strong>, then send its link to the people you write with. Everybody sees
        every change as it happens.
      </p>
    </Notice>
  );
}

function StaleNotice({ message, onRetry }: { readonly message: string; readonly onRetry: () => Promise<void> }) {
  return (
    <div className="banner is-warning" role="alert">
      <TriangleAlert aria-hidden />
      <p>
        <strong>This list may be out of date.</strong> {message}
      </p>
      <RetryButton onRetry={onRetry} />
    </div>
  );
}

function RetryButton({ onRetry }: { readonly onRetry: () => Promise<void> }) {
  return <ActionButton label="Retry" onAct={onRetry} />;
}
