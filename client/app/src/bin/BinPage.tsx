import { type BinnedDocument, QuireError } from '@quire/client';
import { useClient } from '@quire/client/react';
import { ChevronLeft } from 'lucide-react';
import { useEffect, useRef, useState } from 'react';
import { nameForPeople } from '../home/document-words.ts';
import type { Account } from '../identity/account.ts';
import { ProfileButton } from '../identity/ProfileButton.tsx';
import { Link } from '../Link.tsx';
import { homePath } from '../routes.ts';
import { DeletionDialog } from '../ui/DeletionDialog.tsx';
import { announce } from '../ui/toasts.ts';
import { BinContent } from './BinContent.tsx';
import { useBin } from './use-bin.ts';
import '../home/home.css';
import './bin.css';

/** What was deleted: it can be taken back until its days are over. */
export function BinPage({ account }: { readonly account: Account | null }) {
  const { documents } = useClient();
  const bin = useBin();
  const [asking, setAsking] = useState<BinnedDocument | null>(null);
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    document.title = 'Bin – Quire';
  }, []);

  function show(text: string, gone: BinnedDocument): void {
    bin.remove(gone);
    // The row that had the focus has gone.
    heading.current?.focus();
    announce(text);
  }

  async function restore(binned: BinnedDocument): Promise<void> {
    const { title } = nameForPeople(binned);
    try {
      await documents.restore(binned.name);
      show(`Restored “${title}”.`, binned);
    } catch (error) {
      const why = error instanceof QuireError ? error.message : 'Something unexpected happened.';
      announce(`“${title}” was not restored. ${why}`, 'bad');
    }
  }

  async function purge(binned: BinnedDocument): Promise<void> {
    await documents.purge(binned.name);
    setAsking(null);
    show(`Deleted “${nameForPeople(binned).title}” for good.`, binned);
  }

  return (
    <div className="home">
      <header className="home-header bin-header">
        <Link href={homePath} className="button is-quiet">
          <ChevronLeft aria-hidden />
          All documents
        </Link>
        <ProfileButton account={account} />
      </header>
      <main className="home-main">
        <div className="home-title">
          <h1 ref={heading} tabIndex={-1}>
            Bin
          </h1>
        </div>
        <BinContent
          state={bin.state}
          onRetry={() => bin.refresh()}
          onMore={() => bin.loadMore()}
          onRestore={restore}
          onPurge={setAsking}
        />
      </main>
      {asking !== null && (
        <DeletionDialog
          title={`Delete “${nameForPeople(asking).title}” for good?`}
          verb="Delete for good"
          onConfirm={() => purge(asking)}
          onClose={() => setAsking(null)}
        >
          Nobody can take it back after that, with the comments on it and the links to it.
        </DeletionDialog>
      )}
    </div>
  );
}
