import type { Person, Room, Speaker } from '@quire/client';
import { useReadable } from '@quire/client/react';
import { ProfileButton } from '../identity/ProfileButton.tsx';
import { Avatar } from '../ui/Avatar.tsx';
import { useMediaQuery } from '../ui/use-media-query.ts';
import { useNow } from '../ui/use-now.ts';
import { usePopover } from '../ui/use-popover.ts';
import { nameMore, shortenMore } from './people-words.ts';

/** Beyond this the header would be about people, not about the document. */
const MAX_AVATARS = 4;
/** On a phone, beside the title. */
const MAX_AVATARS_NARROW = 1;
/** A caret that has rested this long belongs to somebody who is elsewhere. */
const IDLE_AFTER_MS = 5 * 60_000;

interface PeopleBarProps {
  readonly room: Room;
  /** Null: a guest. */
  readonly account: Speaker | null;
  readonly onGoTo: (person: Person) => void;
}

export function PeopleBar({ room, account, onGoTo }: PeopleBarProps) {
  const people = useReadable(room.presence.people);
  const viewers = useReadable(room.presence.viewers);
  const others = people.filter((person) => !person.isMe);
  const narrow = useMediaQuery('(width < 640px)');
  const shown = others.slice(0, narrow ? MAX_AVATARS_NARROW : MAX_AVATARS);
  const hiddenCount = others.length - shown.length + viewers;
  return (
    <ul className="people" aria-label="People here">
      {hiddenCount > 0 && (
        <li>
          <MorePeople people={others} viewers={viewers} count={hiddenCount} onGoTo={onGoTo} />
        </li>
      )}
      {shown.map((person) => (
        <li key={person.clientId}>
          <PersonButton person={person} onGoTo={onGoTo} />
        </li>
      ))}
      <li>
        <ProfileButton account={account} />
      </li>
    </ul>
  );
}

function PersonButton({ person, onGoTo }: { readonly person: Person } & Pick<PeopleBarProps, 'onGoTo'>) {
  const idle = useIdle(person);
  return (
    <button
      type="button"
      className="avatar-button"
      aria-label={person.name}
      data-tooltip={person.name}
      onClick={() => onGoTo(person)}
    >
      <Avatar name={person.name} color={person.color} idle={idle} />
    </button>
  );
}

function MorePeople(
  props: {
    readonly people: readonly Person[];
    /** Of whom nothing but their number is known. */
    readonly viewers: number;
    readonly count: number;
  } & Pick<PeopleBarProps, 'onGoTo'>,
) {
  const popover = usePopover({ align: 'end' });
  return (
    <>
      <button
        type="button"
        ref={popover.triggerRef}
        className="button is-quiet people-more"
        aria-label={nameMore(props.count)}
        {...popover.triggerProps}
      >
        {shortenMore(props.count)}
      </button>
      <div ref={popover.contentRef} className="popover people-all" {...popover.contentProps}>
        {popover.open && (
          <ul aria-label="Everybody here">
            {props.people.map((person) => (
              <li key={person.clientId}>
                <button
                  type="button"
                  className="menu-item"
                  onClick={() => {
                    popover.close();
                    props.onGoTo(person);
                  }}
                >
                  <Avatar name={person.name} color={person.color} />
                  <span className="menu-item-label">{person.name}</span>
                </button>
              </li>
            ))}
            {props.viewers > 0 && (
              <li className="people-beyond">
                {props.people.length > 0 && 'and '}
                {nameMore(props.viewers)}
              </li>
            )}
          </ul>
        )}
      </div>
    </>
  );
}

function useIdle(person: Person): boolean {
  const now = useNow();
  return person.cursorActiveAt === null || now - person.cursorActiveAt > IDLE_AFTER_MS;
}
