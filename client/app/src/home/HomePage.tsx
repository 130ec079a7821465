import { type DocumentInfo, QuireError } from '@quire/client';
import { useClient, useReadable } from '@quire/client/react';
import { Plus, Search } from 'lucide-react';
import { useEffect, useRef, useState } from 'react';
import { navigate } from 'wouter/use-browser-location';
import type { Account } from '../identity/account.ts';
import { ProfileButton } from '../identity/ProfileButton.tsx';
import { Link } from '../Link.tsx';
import { LeftoverNotice } from '../leftovers/LeftoverNotice.tsx';
import { binPath, documentPath, widgetsPath } from '../routes.ts';
import { DeletionDialog } from '../ui/DeletionDialog.tsx';
import { announce } from '../ui/toasts.ts';
import type { DocumentListStore } from './document-list.ts';
import { nameForPeople } from './document-words.ts';
import { HomeContent } from './HomeContent.tsx';
import { RenameDialog } from './RenameDialog.tsx';
import { useDocumentList } from './use-document-list.ts';
import './home.css';

/** Enough to find what one remembers; beyond it a search says that it has not seen everything. */
const SEARCHED_DOCUMENTS = 1_000;

export function HomePage({ account }: { readonly account: Account | null }) {
  const list = useDocumentList();
  useEffect(() => {
    document.title = 'Quire';
  }, []);
  return list === null ? null : <Home list={list} account={account} />;
}

type Asking = { readonly to: 'rename' | 'delete'; readonly document: DocumentInfo };

interface HomeProps {
  readonly list: DocumentListStore;
  readonly account: Account | null;
}

function Home({ account, list }: HomeProps) {
  const { documents } = useClient();
  const state = useReadable(list);
  const [query, setQuery] = useState('');
  const [asking, setAsking] = useState<Asking | null>(null);
  const heading = useRef<HTMLHeadingElement>(null);
  const [creating, setCreating] = useState(false);

  async function createDocument(): Promise<void> {
    setCreating(true);
    try {
      const created = await documents.create();
      navigate(documentPath(created.name));
    } catch (error) {
      setCreating(false);
      announce(`No document was created. ${messageOf(error)}`, 'bad');
    }
  }

  async function rename(document: DocumentInfo, title: string): Promise<void> {
    list.replace(await documents.rename(document.name, title));
    setAsking(null);
  }

  async function remove(document: DocumentInfo): Promise<void> {
    await documents.moveToBin(document.name);
    list.remove(document.name);
    setAsking(null);
    // The row that had the focus has gone.
    heading.current?.focus();
    announce(`“${nameForPeople(document).title}” is in the bin.`);
  }

  return (
    <div className="home">
      <header className="home-header">
        <span className="wordmark">
          <img src="/favicon.svg" alt="" width="26" height="26" />
          Quire
        </span>
        <label className="search">
          <Search aria-hidden />
          <input
            type="search"
            aria-label="Search documents"
            placeholder="Search by title or name"
            value={query}
            disabled={state.kind !== 'ready'}
            onChange={(event) => {
              setQuery(event.target.value);
              if (event.target.value.trim() !== '') void list.loadAtLeast(SEARCHED_DOCUMENTS);
            }}
          />
        </label>
        <ProfileButton account={account} />
      </header>
      <main className="home-main">
        <div className="home-title">
          <h1 ref={heading} tabIndex={-1}>
            Documents
          </h1>
          <button type="button" className="button is-primary" disabled={creating} onClick={() => void createDocument()}>
            <Plus aria-hidden />
            New document
          </button>
        </div>
        <LeftoverNotice />
        <HomeContent
          state={state}
          query={query}
          onRetry={() => list.refresh()}
          onMore={(count) => list.loadAtLeast(count)}
          onClearSearch={() => setQuery('')}
          onRename={(document) => setAsking({ to: 'rename', document })}
          onDelete={(document) => setAsking({ to: 'delete', document })}
        />
      </main>
      <footer className="home-footer">
        <Link href={binPath}>Bin</Link>
        <Link href={widgetsPath}>Widgets for your own pages</Link>
      </footer>
      {asking?.to === 'rename' && (
        <RenameDialog document={asking.document} onRename={rename} onClose={() => setAsking(null)} />
      )}
      {asking?.to === 'delete' && (
        <DeletionDialog
          title={`Delete “${nameForPeople(asking.document).title}”?`}
          verb="Delete"
          onConfirm={() => remove(asking.document)}
          onClose={() => setAsking(null)}
        >
          It goes to the bin, and nobody can open it there. You can take it back until its days in the bin are over.
        </DeletionDialog>
      )}
    </div>
  );
}

function messageOf(error: unknown): string {
  return error instanceof QuireError ? error.message : 'Something unexpected happened.';
}
