import type { LucideIcon } from 'lucide-react';
import { ariaKeys, nameKeys } from '../../ui/key-names.ts';

interface ToolbarButtonProps {
  readonly label: string;
  readonly keys: string;
  readonly Icon: LucideIcon;
  readonly pressed?: boolean;
  readonly disabled?: boolean;
  readonly onPress: () => void;
}

/** Stays focusable while disabled: a focus that fell out of the toolbar would be lost for whoever moves by keys. */
export function ToolbarButton({ label, keys, Icon, pressed, disabled = false, onPress }: ToolbarButtonProps) {
  return (
    <button
      type="button"
      className="icon-button"
      aria-label={label}
      aria-pressed={pressed}
      aria-disabled={disabled}
      aria-keyshortcuts={ariaKeys(keys)}
      data-tooltip={label}
      data-keys={nameKeys(keys)}
      // Keeps the focus in the text, and with it the keyboard of a phone.
      onMouseDown={(event) => event.preventDefault()}
      onClick={() => {
        if (!disabled) onPress();
      }}
    >
      <Icon aria-hidden />
    </button>
  );
}
