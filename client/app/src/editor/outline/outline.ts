import type { Node } from '@tiptap/pm/model';

export interface OutlineHeading {
  /** Where the heading starts in the text. */
  readonly position: number;
  readonly level: number;
  readonly text: string;
}

/** The headings of a document in order; empty ones are still being written. */
export function readOutline(doc: Node): readonly OutlineHeading[] {
  const headings: OutlineHeading[] = [];
  doc.descendants((node, position) => {
    if (node.type.name === 'heading') {
      const text = node.textContent.trim();
      if (text !== '') headings.push({ position, level: Number(node.attrs.level), text });
    }
    return !node.isTextblock;
  });
  return headings;
}

/** Levels as they are indented: counted from the highest one in use, and never two steps at once. */
export function indentOutline(headings: readonly OutlineHeading[]): readonly number[] {
  const open: number[] = [];
  return headings.map(({ level }) => {
    while (open.length > 0 && (open.at(-1) ?? 0) >= level) open.pop();
    open.push(level);
    return open.length - 1;
  });
}

/** What stays the same about each heading while the text around it changes; equal headings are told apart by number. */
export function keyOutline(headings: readonly OutlineHeading[]): readonly string[] {
  const seen = new Map<string, number>();
  return headings.map(({ text }) => {
    const count = (seen.get(text) ?? 0) + 1;
    seen.set(text, count);
    return `${count} ${text}`;
  });
}
