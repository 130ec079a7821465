import { initialsOf, safeColor } from '@quire/widgets/people';

interface AvatarProps {
  readonly name: string;
  readonly color: string;
  /** Here, but not in the text: an outline, because a faded colour would be hard to read. */
  readonly idle?: boolean;
}

export function Avatar({ name, color, idle = false }: AvatarProps) {
  const person = { '--person': safeColor(color) } as React.CSSProperties;
  return (
    // The letters come from the style sheet: they are a picture of the name, which is written beside or in the label.
    <span
      className={idle ? 'avatar is-idle' : 'avatar'}
      style={person}
      data-initials={initialsOf(name)}
      aria-hidden="true"
    />
  );
}
