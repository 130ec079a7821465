import { FileX } from 'lucide-react';
import { useEffect } from 'react';
import { Link } from './Link.tsx';
import { homePath } from './routes.ts';

export function NotFoundPage() {
  useEffect(() => {
    document.title = 'Not found – Quire';
  }, []);
  return (
    <main className="not-loaded">
      <FileX aria-hidden />
      <h1>There is no such page</h1>
      <p>Documents have addresses like /d/name. Check the link, or start from the list.</p>
      <Link href={homePath} className="button">
        All documents
      </Link>
    </main>
  );
}
