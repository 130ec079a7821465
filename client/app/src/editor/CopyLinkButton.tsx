import { Check, Link2 } from 'lucide-react';
import { useEffect, useState } from 'react';
import { documentPath } from '../routes.ts';
import { copyText } from '../ui/copy-text.ts';
import { announce } from '../ui/toasts.ts';

const CONFIRMED_MS = 2_000;

export function CopyLinkButton({ name }: { readonly name: string }) {
  const [copied, setCopied] = useState(false);

  useEffect(() => {
    if (!copied) return;
    const timer = setTimeout(() => setCopied(false), CONFIRMED_MS);
    return () => clearTimeout(timer);
  }, [copied]);

  async function copy(): Promise<void> {
    const link = new URL(documentPath(name), location.href).href;
    if (!(await copyText(link))) {
      announce('This browser does not let the page copy the link. Copy it from the address bar.', 'bad');
      return;
    }
    setCopied(true);
    announce('Link copied.');
  }

  return (
    <button type="button" className="button is-primary copy-link" aria-label="Copy link" onClick={() => void copy()}>
      {copied ? <Check aria-hidden /> : <Link2 aria-hidden />}
      <span className="copy-link-label">{copied ? 'Copied' : 'Copy link'}</span>
    </button>
  );
}
