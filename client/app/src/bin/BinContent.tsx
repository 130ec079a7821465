import type { BinnedDocument } from '@quire/client';
import { ServerOff, Trash2 } from 'lucide-react';
import { nameForPeople } from '../home/document-words.ts';
import { ActionButton, Notice } from '../home/Notice.tsx';
import { SignedOutNotice } from '../home/SignedOutNotice.tsx';
import { TableSkeleton } from '../home/TableSkeleton.tsx';
import { chooseDateLocale } from '../ui/describe-time.ts';
import { RelativeTime } from '../ui/RelativeTime.tsx';
import type { BinState } from './use-bin.ts';

const locale = chooseDateLocale(navigator.languages);

interface BinContentProps {
  readonly state: BinState;
  readonly onRetry: () => Promise<void>;
  readonly onMore: () => Promise<void>;
  readonly onRestore: (document: BinnedDocument) => Promise<void>;
  readonly onPurge: (document: BinnedDocument) => void;
}

export function BinContent({ state, onRetry, onMore, ...actions }: BinContentProps) {
  switch (state.kind) {
    case 'loading':
      return <TableSkeleton />;
    case 'failed':
      return (
        <Notice icon={<ServerOff aria-hidden />} title="The bin can’t be listed" alert>
          <p>{state.message}</p>
          <ActionButton label="Retry" onAct={onRetry} />
        </Notice>
      );
    case 'signed-out':
      return <SignedOutNotice onRetry={onRetry} />;
    case 'ready':
      return (
        <>
          {state.documents.length === 0 ? (
            <Notice icon={<Trash2 aria-hidden />} title="The bin is empty">
              <p>Documents of yours that you delete lie here for a while, and can be taken back.</p>
            </Notice>
          ) : (
            <BinTable documents={state.documents} {...actions} />
          )}
          {state.next !== null && <ActionButton label="Show more" onAct={onMore} />}
        </>
      );
  }
}

function BinTable({
  documents,
  onRestore,
  onPurge,
}: Pick<BinContentProps, 'onRestore' | 'onPurge'> & { readonly documents: readonly BinnedDocument[] }) {
  return (
    <div className="sheet">
      <table className="documents bin" aria-label="Deleted documents">
        <thead>
          <tr>
            <th scope="col">Title</th>
            <th scope="col" className="documents-time">
              Deleted
            </th>
            <th scope="col" className="documents-time">
              Gone for good
            </th>
            <th scope="col" className="bin-actions">
              <span className="visually-hidden">Actions</span>
            </th>
          </tr>
        </thead>
        <tbody>
          {documents.map((document) => (
            <BinRow key={document.name} document={document} onRestore={onRestore} onPurge={onPurge} />
          ))}
        </tbody>
      </table>
    </div>
  );
}

function BinRow({
  document,
  onRestore,
  onPurge,
}: Pick<BinContentProps, 'onRestore' | 'onPurge'> & { readonly document: BinnedDocument }) {
  const { detail, title } = nameForPeople(document);
  return (
    <tr>
      <td>
        <span className="bin-title">{title}</span>
        {detail !== null && <span className="documents-detail">{detail}</span>}
      </td>
      <td className="documents-time">
        <RelativeTime iso={document.binned} />
      </td>
      <td className="documents-time">
        <time dateTime={document.purged}>{dateOf(document.purged)}</time>
      </td>
      <td className="bin-actions">
        <ActionButton label="Restore" about={title} onAct={() => onRestore(document)} />
        <button
          type="button"
          className="button"
          aria-label={`Delete for good: ${title}`}
          onClick={() => onPurge(document)}
        >
          Delete for good
        </button>
      </td>
    </tr>
  );
}

function dateOf(iso: string): string {
  return new Date(iso).toLocaleDateString(locale, { dateStyle: 'medium' });
}
