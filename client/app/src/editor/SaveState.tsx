import { type RoomState, type RoomStatus, statusTable } from '@quire/client';
import { Check, CircleDashed, CloudOff, Eye, type LucideIcon, RefreshCw, Trash2, TriangleAlert } from 'lucide-react';

const icons = {
  connecting: RefreshCw,
  saving: CircleDashed,
  saved: Check,
  offline: CloudOff,
  reconnecting: RefreshCw,
  'view-only': Eye,
  'cannot-save': TriangleAlert,
  gone: Trash2,
} as const satisfies Record<RoomState, LucideIcon>;

/** The one place that says whether the words on screen are safe. Its words are the SDK's. */
export function SaveState({ status }: { readonly status: RoomStatus }) {
  const { tone, explanation } = statusTable[status.state];
  // While somebody types there is no word, and so no sign either that something is saved.
  const settled = status.label !== '';
  const Icon = settled ? icons[status.state] : CircleDashed;
  return (
    <span
      className="save-state"
      data-state={settled ? status.state : 'unsettled'}
      data-tone={settled ? tone : 'busy'}
      data-tooltip={explanation}
    >
      <Icon aria-hidden />
      <span role="status" aria-label="Save state">
        {status.label}
      </span>
    </span>
  );
}
