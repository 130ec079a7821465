import type { CreatedLink, LinkOptions, LinkRole } from '@quire/client';
import { Check, Link2 } from 'lucide-react';
import { useEffect, useId, useRef, useState } from 'react';
import { documentPath } from '../../routes.ts';
import { copyText } from '../../ui/copy-text.ts';
import { announce } from '../../ui/toasts.ts';
import { abilities, describeLink, endOf, type Lifetime, lifetimes } from './link-words.ts';
import { describeFailure } from './share-links.ts';

/** What the server accepts. */
const MAX_LABEL_LENGTH = 100;

interface NewLinkProps {
  readonly name: string;
  readonly onCreate: (link: LinkOptions) => Promise<CreatedLink>;
}

export function NewLink({ name, onCreate }: NewLinkProps) {
  const [created, setCreated] = useState<CreatedLink | null>(null);
  return created === null ? (
    <NewLinkForm onCreate={async (link) => setCreated(await onCreate(link))} />
  ) : (
    <ReadyLink name={name} link={created} onAnother={() => setCreated(null)} />
  );
}

function NewLinkForm({ onCreate }: { readonly onCreate: (link: LinkOptions) => Promise<void> }) {
  const [role, setRole] = useState<LinkRole>('reader');
  const [lifetime, setLifetime] = useState<Lifetime>('always');
  const [label, setLabel] = useState('');
  const [failure, setFailure] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);
  const errorId = useId();
  const first = useRef<HTMLSelectElement>(null);

  useEffect(() => first.current?.focus(), []);

  async function submit(): Promise<void> {
    setBusy(true);
    const expires = endOf(lifetime, Date.now());
    try {
      await onCreate({ role, label: label.trim(), ...(expires === undefined ? {} : { expires }) });
    } catch (error) {
      setFailure(describeFailure(error));
      setBusy(false);
    }
  }

  return (
    <form
      className="share-form"
      onSubmit={(event) => {
        event.preventDefault();
        if (!busy) void submit();
      }}
    >
      <label className="field">
        <span>Whoever has the link</span>
        <select ref={first} value={role} onChange={(event) => setRole(event.target.value as LinkRole)}>
          {Object.entries(abilities).map(([each, ability]) => (
            <option key={each} value={each}>
              {ability}
            </option>
          ))}
        </select>
      </label>
      <label className="field">
        <span>It ends</span>
        <select value={lifetime} onChange={(event) => setLifetime(event.target.value as Lifetime)}>
          {lifetimes.map(({ id, label: words }) => (
            <option key={id} value={id}>
              {words}
            </option>
          ))}
        </select>
      </label>
      <label className="field share-label">
        <span>What it is for (only owners see this)</span>
        <input
          value={label}
          maxLength={MAX_LABEL_LENGTH}
          placeholder="Such as: for the board"
          aria-invalid={failure !== null}
          aria-describedby={failure === null ? undefined : errorId}
          onChange={(event) => setLabel(event.target.value)}
        />
      </label>
      {failure !== null && (
        <p id={errorId} className="field-error" role="alert">
          {failure}
        </p>
      )}
      <button type="submit" className="button is-primary" aria-disabled={busy}>
        <Link2 aria-hidden />
        Create link
      </button>
    </form>
  );
}

interface ReadyLinkProps {
  readonly name: string;
  readonly link: CreatedLink;
  readonly onAnother: () => void;
}

/** The one time that a link can be seen: what the server keeps of it opens nothing. */
function ReadyLink({ name, link, onAnother }: ReadyLinkProps) {
  const [copied, setCopied] = useState(false);
  const field = useRef<HTMLInputElement>(null);
  const address = `${new URL(documentPath(name), location.href).href}#token=${link.token}`;

  useEffect(() => {
    field.current?.focus();
    field.current?.select();
  }, []);

  async function copy(): Promise<void> {
    if (!(await copyText(address))) {
      announce('This browser does not let the page copy the link. Copy it from the field.', 'bad');
      return;
    }
    setCopied(true);
    announce('Link copied.');
  }

  return (
    <div className="share-ready">
      <label className="field">
        <span>{describeLink(link)}</span>
        <input ref={field} readOnly value={address} onFocus={(event) => event.target.select()} />
      </label>
      <p>Copy it now: it is shown only this once.</p>
      <div className="share-ready-actions">
        <button type="button" className="button" onClick={onAnother}>
          Another link
        </button>
        <button type="button" className="button is-primary" onClick={() => void copy()}>
          {copied ? <Check aria-hidden /> : <Link2 aria-hidden />}
          {copied ? 'Copied' : 'Copy link'}
        </button>
      </div>
    </div>
  );
}
