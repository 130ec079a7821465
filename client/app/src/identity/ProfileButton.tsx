import { useReadable } from '@quire/client/react';
import { ThemeChoices } from '../theme/ThemeChoices.tsx';
import { Avatar } from '../ui/Avatar.tsx';
import { usePopover } from '../ui/use-popover.ts';
import { guest } from './guest.ts';
import { ProfileForm } from './ProfileForm.tsx';
import './profile.css';

/** One's own avatar: opens the name, the colour and the theme. */
export function ProfileButton() {
  const person = useReadable(guest);
  const popover = usePopover({ align: 'end' });
  return (
    <>
      <button
        type="button"
        ref={popover.triggerRef}
        className="avatar-button is-me"
        aria-label={`${person.name} (you): change name, colour and theme`}
        data-tooltip={`${person.name} (you)`}
        {...popover.triggerProps}
      >
        <Avatar name={person.name} color={person.color} />
      </button>
      <div
        ref={popover.contentRef}
        className="popover profile"
        role="dialog"
        aria-label="You"
        {...popover.contentProps}
      >
        {popover.open && (
          <>
            <ProfileForm person={person} onChange={guest.set} onDone={popover.close} />
            <ThemeChoices />
          </>
        )}
      </div>
    </>
  );
}
