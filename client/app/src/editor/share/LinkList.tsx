import type { ShareLink } from '@quire/client';
import { Eye, MessageSquare, PencilLine, TriangleAlert } from 'lucide-react';
import { useEffect, useRef, useState } from 'react';
import { chooseDateLocale } from '../../ui/describe-time.ts';
import { RelativeTime } from '../../ui/RelativeTime.tsx';
import { announce } from '../../ui/toasts.ts';
import { describeEnd, describeLink } from './link-words.ts';
import { describeFailure, type ShareLinksState } from './share-links.ts';

const icons = { reader: Eye, commenter: MessageSquare, editor: PencilLine } as const;

const locale = chooseDateLocale(navigator.languages);

interface LinkListProps {
  readonly state: ShareLinksState;
  readonly onRetry: () => Promise<void>;
  readonly onRevoke: (id: string) => Promise<void>;
}

export function LinkList({ state, onRetry, onRevoke }: LinkListProps) {
  switch (state.kind) {
    case 'loading':
      return <span className="skeleton" aria-hidden />;
    case 'failed':
      return (
        <div className="banner is-bad" role="alert">
          <TriangleAlert aria-hidden />
          <p>{state.message}</p>
          <button type="button" className="button" onClick={() => void onRetry()}>
            Retry
          </button>
        </div>
      );
    case 'ready':
      if (state.links.length === 0) return <p>There are none yet. A link opens this document and nothing else.</p>;
      return (
        <ul className="share-links">
          {state.links.map((link) => (
            <LinkRow key={link.id} link={link} onRevoke={onRevoke} />
          ))}
        </ul>
      );
  }
}

function LinkRow({ link, onRevoke }: { readonly link: ShareLink } & Pick<LinkListProps, 'onRevoke'>) {
  const [stage, setStage] = useState<'idle' | 'asking' | 'busy'>('idle');
  const [failure, setFailure] = useState<string | null>(null);
  const mainButton = useRef<HTMLButtonElement>(null);
  const focusedFor = useRef(stage);
  const words = describeLink(link);
  const Icon = icons[link.role];

  // The button that was pressed is gone: the focus goes on to the one in its place.
  useEffect(() => {
    if (focusedFor.current !== stage) mainButton.current?.focus();
    focusedFor.current = stage;
  }, [stage]);

  async function revoke(): Promise<void> {
    setStage('busy');
    try {
      await onRevoke(link.id);
      announce('Link revoked.');
    } catch (error) {
      setFailure(describeFailure(error));
      setStage('idle');
    }
  }

  return (
    <li className="share-link">
      <Icon aria-hidden />
      <div className="share-link-words">
        <p className="share-link-title">{words}</p>
        <p className="share-link-detail">
          <RelativeTime iso={link.created} />
          {link.createdBy === '' ? '' : `, by ${link.createdBy}`}; {describeEnd(link.expires, locale)}
        </p>
        {stage !== 'idle' && <p className="share-link-detail">Those who came by it are put out at once.</p>}
        {failure !== null && (
          <p className="field-error" role="alert">
            {failure}
          </p>
        )}
      </div>
      {stage === 'idle' ? (
        <button
          type="button"
          ref={mainButton}
          className="button"
          aria-label={`Revoke “${words}”`}
          onClick={() => setStage('asking')}
        >
          Revoke
        </button>
      ) : (
        <div className="share-link-actions">
          <button type="button" className="button" aria-disabled={stage === 'busy'} onClick={() => setStage('idle')}>
            Keep
          </button>
          <button
            type="button"
            ref={mainButton}
            className="button is-danger"
            aria-disabled={stage === 'busy'}
            onClick={() => stage === 'busy' || void revoke()}
          >
            Revoke
          </button>
        </div>
      )}
    </li>
  );
}
