import { KeyRound } from 'lucide-react';
import { ActionButton, Notice } from './Notice.tsx';

/** In the place of what the server shows only to who it knows. */
export function SignedOutNotice({ onRetry }: { readonly onRetry: () => Promise<void> }) {
  return (
    <Notice icon={<KeyRound aria-hidden />} title="You are not signed in" alert>
      <p>
        Or no longer. Open your documents from where you signed in, or with a link that holds a fresh token; whoever
        runs this server can give you one.
      </p>
      <ActionButton label="Retry" onAct={onRetry} />
    </Notice>
  );
}
