import { type Comments, overHttpNote, type RoomState, type RoomStatus, statusTable } from '@quire/client';
import { Check, CircleDashed, CloudOff, Eye, type LucideIcon, RefreshCw, Trash2, TriangleAlert } from 'lucide-react';
import { useState } from 'react';
import { usePopover } from '../ui/use-popover.ts';
import { useMayComment } from './comments/use-may-comment.ts';
import { nextAnnouncement, silence } from './save-announcement.ts';
import { describeSaveState } from './save-words.ts';
import { describeTrouble } from './trouble-words.ts';

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

interface SaveStateProps {
  readonly status: RoomStatus;
  readonly comments: Comments;
}

/** The one place that says whether the words on screen are safe, and on demand what that means. */
export function SaveState({ status, comments }: SaveStateProps) {
  const popover = usePopover();
  const { tone } = statusTable[status.state];
  const { label, explanation: meaning } = describeSaveState(status, useMayComment(comments));
  const advice = describeTrouble(status)?.advice;
  const note = status.transport === 'http' ? overHttpNote : undefined;
  const explanation = [meaning, advice, note].filter((words) => words !== undefined).join(' ');
  // While somebody types there is no word, and so no sign either that something is saved.
  const settled = label !== '';
  const Icon = settled ? icons[status.state] : CircleDashed;
  return (
    <>
      <button
        type="button"
        ref={popover.triggerRef}
        className="save-state"
        data-state={settled ? status.state : 'unsettled'}
        data-tone={settled ? tone : 'busy'}
        data-tooltip={explanation}
        aria-label={settled ? `Save state: ${label}` : 'Save state'}
        aria-describedby={popover.contentProps.id}
        {...popover.triggerProps}
      >
        <Icon aria-hidden />
        <span className="save-state-label">{label}</span>
      </button>
      {/* Always with its words: they describe the button while nothing is open, too. */}
      <div ref={popover.contentRef} className="popover save-explanation" {...popover.contentProps}>
        {explanation}
      </div>
      <SaveAnnouncer status={status} label={label} />
    </>
  );
}

function SaveAnnouncer({ status, label }: { readonly status: RoomStatus; readonly label: string }) {
  const [heard, setHeard] = useState({ status, label, announcement: nextAnnouncement(silence, { ...status, label }) });
  let { announcement } = heard;
  // While rendering, not in an effect: somebody who types fast gets a status with every key, and React gives up on a page
  // whose every render asks for another one.
  if (heard.status !== status || heard.label !== label) {
    announcement = nextAnnouncement(announcement, { ...status, label });
    setHeard({ status, label, announcement });
  }
  return (
    <span className="visually-hidden" role="status">
      {announcement.text}
    </span>
  );
}
