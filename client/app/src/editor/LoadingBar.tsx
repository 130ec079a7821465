import type { LoadingProgress } from '@quire/client';
import { useId } from 'react';
import { formatSize } from '../home/format-size.ts';

/** How far a large document has come; screen readers say it when asked, not at every step. */
export function LoadingBar({ progress: { received, total } }: { readonly progress: LoadingProgress }) {
  const id = useId();
  return (
    <div className="loading-bar">
      <label htmlFor={id}>
        This is a large document: {formatSize(received)} of {formatSize(total)}
      </label>
      <progress id={id} max={total} value={received} />
    </div>
  );
}
