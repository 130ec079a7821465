import { useReadable } from '@quire/client/react';
import { Monitor, Moon, Sun } from 'lucide-react';
import { type ThemeChoice, theme, themeChoices } from './theme.ts';

const looks = {
  auto: { label: 'Auto', Icon: Monitor },
  light: { label: 'Light', Icon: Sun },
  dark: { label: 'Dark', Icon: Moon },
} as const satisfies Record<ThemeChoice, unknown>;

export function ThemeChoices() {
  const chosen = useReadable(theme);
  return (
    <fieldset className="theme">
      <legend>Theme</legend>
      <div className="segments">
        {themeChoices.map((choice) => {
          const { label, Icon } = looks[choice];
          return (
            <label key={choice} className="segment">
              <input
                type="radio"
                name="theme"
                className="visually-hidden"
                checked={choice === chosen}
                onChange={() => theme.set(choice)}
              />
              <Icon aria-hidden className="segment-icon" />
              {label}
            </label>
          );
        })}
      </div>
    </fieldset>
  );
}
