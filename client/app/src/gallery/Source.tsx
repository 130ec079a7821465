import { Check, Copy } from 'lucide-react';
import { type ReactNode, useEffect, useState } from 'react';
import { copyText } from '../ui/copy-text.ts';
import { announce } from '../ui/toasts.ts';
import { highlightHtml } from './highlight-html.ts';

const CONFIRMED_MS = 2_000;

interface SourceProps {
  /** What it is, for whoever can't see where it stands. */
  readonly label: string;
  readonly children: string;
  readonly language: 'html' | 'plain';
}

/** Code that can be taken along. */
export function Source({ label, children: text, language }: SourceProps) {
  const [copied, setCopied] = useState(false);

  useEffect(() => {
    if (!copied) return;
    const timer = setTimeout(() => setCopied(false), CONFIRMED_MS);
    return () => clearTimeout(timer);
  }, [copied]);

  async function copy(): Promise<void> {
    if (!(await copyText(text)))
      return announce('This browser does not let the page copy. Select the text instead.', 'bad');
    setCopied(true);
    announce('Copied.');
  }

  return (
    <div className="source">
      <pre>
        <code>{language === 'html' ? colour(text) : text}</code>
      </pre>
      <button
        type="button"
        className="icon-button source-copy"
        aria-label={`Copy ${label}`}
        data-tooltip="Copy"
        onClick={() => void copy()}
      >
        {copied ? <Check aria-hidden /> : <Copy aria-hidden />}
      </button>
    </div>
  );
}

function colour(html: string): ReactNode {
  let at = 0;
  return highlightHtml(html).map(({ kind, text }) => {
    const key = at;
    at += text.length;
    return kind === 'text' ? (
      text
    ) : (
      <span key={key} className={`source-${kind}`}>
        {text}
      </span>
    );
  });
}
