import { useReadable } from '@quire/client/react';
import { toasts } from './toasts.ts';

export function ToastLayer() {
  const shown = useReadable(toasts);
  return (
    <div className="toasts" aria-live="polite" aria-relevant="additions">
      {shown.map((toast) => (
        <p key={toast.id} className={toast.tone === 'bad' ? 'toast is-bad' : 'toast'}>
          {toast.text}
        </p>
      ))}
    </div>
  );
}
