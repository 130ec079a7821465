import { initialsOf } from '../identity/initials.ts';
import { safeColor } from '../identity/presence-colors.ts';

interface AvatarProps {
  readonly name: string;
  readonly color: string;
  /** Here, but not in the text: an outline, because a faded colour would be hard to read. */
  readonly idle?: boolean;
}

export function Avatar({ name, color, idle = false }: AvatarProps) {
  const person = { '--person': safeColor(color) } as React.CSSProperties;
  return (
    <span className={idle ? 'avatar is-idle' : 'avatar'} style={person} aria-hidden="true">
      {initialsOf(name)}
    </span>
  );
}
