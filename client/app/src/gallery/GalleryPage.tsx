import { ArrowLeft, KeyRound, LockKeyhole, ServerOff } from 'lucide-react';
import { type ReactNode, useEffect } from 'react';
import { Link } from '../Link.tsx';
import { homePath } from '../routes.ts';
import { ThemeChoices } from '../theme/ThemeChoices.tsx';
import { ElementSection } from './ElementSection.tsx';
import { documentOf, elements, GALLERY_PREFIX } from './elements.ts';
import { Source } from './Source.tsx';
import { type Admission, useAdmission } from './use-admission.ts';
import '../identity/profile.css';
import './gallery.css';

const TOKEN_COMMAND = `quire token --user you --grant 'editor:${GALLERY_PREFIX}*'`;

/** Every custom element, live, beside the HTML that makes it; two panes are two people. */
export function GalleryPage({ token }: { readonly token: string }) {
  const { admission, retry } = useAdmission(documentOf('quire-room'));
  useEffect(() => {
    document.title = 'Widgets – Quire';
  }, []);

  return (
    <div className="gallery">
      <header className="gallery-header">
        <Link href={homePath} className="icon-button" aria-label="All documents" data-tooltip="All documents">
          <ArrowLeft aria-hidden />
        </Link>
        <span className="wordmark">
          <img src="/favicon.svg" alt="" width="26" height="26" />
          Quire
        </span>
        <ThemeChoices />
      </header>
      <main className="gallery-main">
        <div className="gallery-intro">
          <h1>Widgets</h1>
          <p>
            Elements for pages of your own, whatever these are made with: load one script and write the tags. Each is
            shown here twice, as two people have it in front of them. What one does, the other sees.
          </p>
          <Source label="the script" language="html">
            {`<script type="module" src="${location.origin}/widgets/quire.js"></script>`}
          </Source>
        </div>
        <nav className="gallery-nav" aria-label="Widgets">
          <ul>
            {elements.map(({ tag, title }) => (
              <li key={tag}>
                <a href={`#${tag}`}>{title}</a>
              </li>
            ))}
          </ul>
        </nav>
        <AdmissionNotice admission={admission} onRetry={retry} />
        {elements.map((element) => (
          <ElementSection key={element.tag} element={element} token={token} isLive={admission.kind === 'in'} />
        ))}
      </main>
    </div>
  );
}

function AdmissionNotice({ admission, onRetry }: { readonly admission: Admission; readonly onRetry: () => void }) {
  switch (admission.kind) {
    case 'asking':
    case 'in':
      return null;
    case 'signed-out':
      return (
        <Notice icon={<KeyRound aria-hidden />} title="This server asks for a token">
          <p>
            To see the widgets live, open this page with one that covers the documents <code>{GALLERY_PREFIX}*</code>,
            behind a hash: <code>/widgets#token=…</code> Whoever runs this server makes one with{' '}
            <code>{TOKEN_COMMAND}</code>. It stays in this tab.
          </p>
        </Notice>
      );
    case 'kept-out':
      return (
        <Notice icon={<LockKeyhole aria-hidden />} title="Your token is for other documents">
          <p>
            To see the widgets live, you need one that covers the documents <code>{GALLERY_PREFIX}*</code>, such as{' '}
            <code>{TOKEN_COMMAND}</code> makes.
          </p>
        </Notice>
      );
    case 'unknown':
      return (
        <Notice icon={<ServerOff aria-hidden />} title="The widgets can’t be shown live">
          <p>{admission.message}</p>
          <button type="button" className="button" onClick={onRetry}>
            Retry
          </button>
        </Notice>
      );
  }
}

function Notice({ icon, title, children }: { icon: ReactNode; title: string; children: ReactNode }) {
  return (
    <section className="gallery-notice" role="alert">
      {icon}
      <div>
        <h2>{title}</h2>
        {children}
      </div>
    </section>
  );
}
