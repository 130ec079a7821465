import { ThemeChoices } from '../theme/ThemeChoices.tsx';
import { Avatar } from '../ui/Avatar.tsx';
import { usePopover } from '../ui/use-popover.ts';
import { guest } from './guest.ts';
import { ProfileForm } from './ProfileForm.tsx';
import { usePerson } from './use-person.ts';
import './profile.css';

interface ProfileButtonProps {
  /** Who has signed in is called as the server calls them, and it is not for them to change here. */
  readonly account?: { readonly name: string } | null;
}

/** One's own avatar: opens the name, the colour and the theme. */
export function ProfileButton({ account = null }: ProfileButtonProps) {
  const person = usePerson(account);
  const changeable = account === null ? 'name, colour and theme' : 'colour and theme';
  const popover = usePopover({ align: 'end' });
  return (
    <>
      <button
        type="button"
        ref={popover.triggerRef}
        className="avatar-button is-me"
        aria-label={`${person.name} (you): change ${changeable}`}
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
            <ProfileForm
              person={person}
              isNamedByServer={account !== null}
              onChange={(change) => guest.set({ ...guest.get(), ...change })}
              onDone={popover.close}
            />
            <ThemeChoices />
          </>
        )}
      </div>
    </>
  );
}
