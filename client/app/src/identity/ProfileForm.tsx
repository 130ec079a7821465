import type { PersonDetails } from '@quire/client';
import { presenceColors } from '@quire/widgets/people';
import { useState } from 'react';
import { Avatar } from '../ui/Avatar.tsx';
import { MAX_GUEST_NAME_LENGTH, tidyGuestName } from './guest.ts';

interface ProfileFormProps {
  readonly person: PersonDetails;
  readonly isNamedByServer: boolean;
  readonly onChange: (change: Partial<PersonDetails>) => void;
  readonly onDone: () => void;
}

/** Everybody sees a change while it is typed; an empty name waits until it is one. */
export function ProfileForm({ person, isNamedByServer, onChange, onDone }: ProfileFormProps) {
  const [draft, setDraft] = useState(person.name);

  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        onDone();
      }}
    >
      <div className="profile-preview">
        <Avatar name={person.name} color={person.color} />
        <p>{isNamedByServer ? `You are signed in as ${person.name}.` : 'This is how others see you.'}</p>
      </div>
      {!isNamedByServer && (
        <label className="field">
          <span>Your name</span>
          <input
            value={draft}
            maxLength={MAX_GUEST_NAME_LENGTH}
            autoComplete="nickname"
            onChange={(event) => {
              setDraft(event.target.value);
              const name = tidyGuestName(event.target.value);
              if (name !== '') onChange({ name });
            }}
            onBlur={() => setDraft(person.name)}
          />
        </label>
      )}
      <fieldset className="swatches">
        <legend>Colour</legend>
        {presenceColors.map((color) => (
          <input
            key={color.value}
            type="radio"
            name="presence-color"
            className="swatch"
            aria-label={color.name}
            data-tooltip={color.name}
            style={{ '--person': color.value } as React.CSSProperties}
            checked={color.value === person.color}
            onChange={() => onChange({ color: color.value })}
          />
        ))}
      </fieldset>
    </form>
  );
}
