import type { Client } from '@quire/client';
import { QuireProvider, useReadable } from '@quire/client/react';
import { lazy, Suspense, useEffect } from 'react';
import { usePathname } from 'wouter/use-browser-location';
import { ErrorBoundary } from './ErrorBoundary.tsx';
import { HomePage } from './home/HomePage.tsx';
import { useAccount } from './identity/use-account.ts';
import { NotFoundPage } from './NotFoundPage.tsx';
import { PageSkeleton } from './PageSkeleton.tsx';
import { parseRoute } from './routes.ts';
import { applyTheme, theme } from './theme/theme.ts';
import { ToastLayer } from './ui/ToastLayer.tsx';
import { TooltipLayer } from './ui/TooltipLayer.tsx';

/** The editor is the larger part of the app; the list of documents appears without waiting for it. */
const EditorPage = lazy(async () => ({ default: (await import('./editor/EditorPage.tsx')).EditorPage }));

/** For who misses something. */
const BinPage = lazy(async () => ({ default: (await import('./bin/BinPage.tsx')).BinPage }));

/** For who comes to see it: it holds no document open. */
const GalleryPage = lazy(async () => ({ default: (await import('./gallery/GalleryPage.tsx')).GalleryPage }));

interface AppProps {
  readonly client: Client;
  /** What the client shows the server; empty where this page has none. */
  readonly token: string;
}

export function App({ client, token }: AppProps) {
  const chosenTheme = useReadable(theme);
  useEffect(() => applyTheme(chosenTheme), [chosenTheme]);
  return (
    <ErrorBoundary>
      <QuireProvider client={client}>
        <Suspense fallback={<PageSkeleton />}>
          <Page token={token} />
        </Suspense>
        <ToastLayer />
        <TooltipLayer />
      </QuireProvider>
    </ErrorBoundary>
  );
}

function Page({ token }: { readonly token: string }) {
  const route = parseRoute(usePathname());
  const account = useAccount(token, route.page === 'home' || route.page === 'bin');
  switch (route.page) {
    case 'home':
      return <HomePage account={account} />;
    case 'document':
      return <EditorPage key={route.name} name={route.name} />;
    case 'bin':
      return <BinPage account={account} />;
    case 'widgets':
      return <GalleryPage token={token} />;
    case 'not-found':
      return <NotFoundPage />;
  }
}
