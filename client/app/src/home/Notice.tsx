import { type ReactNode, useState } from 'react';

interface NoticeProps {
  readonly icon: ReactNode;
  readonly title: string;
  readonly alert?: boolean;
  readonly children: ReactNode;
}

export function Notice({ icon, title, alert = false, children }: NoticeProps) {
  return (
    <section className="notice" role={alert ? 'alert' : undefined}>
      {icon}
      <h2>{title}</h2>
      {children}
    </section>
  );
}

interface ActionButtonProps {
  readonly label: string;
  /** What it is done to, where the button alone doesn't say so. */
  readonly about?: string;
  readonly onAct: () => Promise<void>;
}

export function ActionButton({ about, label, onAct }: ActionButtonProps) {
  const [busy, setBusy] = useState(false);
  async function act(): Promise<void> {
    setBusy(true);
    await onAct();
    setBusy(false);
  }
  return (
    <button
      type="button"
      className="button"
      aria-label={about === undefined ? undefined : `${label} ${about}`}
      aria-disabled={busy}
      onClick={() => busy || void act()}
    >
      {label}
    </button>
  );
}
