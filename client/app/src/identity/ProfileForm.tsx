import type { PersonDetails } from '@quire/client';
import { presenceColors } from '@quire/widgets/people';
import { useState } from 'react';
import { Avatar } from '../ui/Avatar.tsx';
import { MAX_GUEST_NAME_LENGTH, tidyGuestName } from './guest.ts';

interface ProfileFormProps {
  readonly person: PersonDetails;
  readonly onChange: (person: PersonDetails) => void;
  readonly onDone: () => void;
}

/** Everybody sees a change while it is typed; an empty name waits until it is one. */
export function ProfileForm({ person, onChange, onDone }: ProfileFormProps) {
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
        <p>This is how others see you.</p>
      </div>
      <label className="field">
        <span>Your name</span>
        <input
          value={draft}
          maxLength={MAX_GUEST_NAME_LENGTH}
          autoComplete="nickname"
          onChange={(event) => {
            setDraft(event.target.value);
            const name = tidyGuestName(event.target.value);
            if (name !== '') onChange({ ...person, name });
          }}
          onBlur={() => setDraft(person.name)}
        />
      </label>
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
            onChange={() => onChange({ ...person, color: color.value })}
          />
        ))}
      </fieldset>
    </form>
  );
}
