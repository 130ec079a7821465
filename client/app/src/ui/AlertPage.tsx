import type { ReactNode } from 'react';

/** A page that has only bad news. The alert is inside `main`: on it, it would take the place of the landmark. */
export function AlertPage({ children }: { readonly children: ReactNode }) {
  return (
    <main>
      <section className="not-loaded" role="alert">
        {children}
      </section>
    </main>
  );
}
