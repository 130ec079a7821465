import { Dialog } from '../ui/Dialog.tsx';

interface DiscardDialogProps {
  readonly onDiscard: () => void;
  readonly onClose: () => void;
}

export function DiscardDialog({ onDiscard, onClose }: DiscardDialogProps) {
  return (
    <Dialog title="Discard these changes?" onClose={onClose}>
      <p>They are on this device and nowhere else: nobody can bring them back.</p>
      <div className="dialog-actions">
        <button type="button" className="button" onClick={onClose}>
          Keep
        </button>
        <button type="button" className="button is-danger" onClick={onDiscard}>
          Discard
        </button>
      </div>
    </Dialog>
  );
}
