export interface Screen {
  readonly columns: number;
  readonly rows: number;
}

/** What would wrap is cut, and what would scroll the top away is left out: a screen is looked at, not read through. */
export function fitScreen(text: string, { columns, rows }: Screen): string {
  const lines = text.split('\n').slice(0, Math.max(1, rows));
  return lines.map((line) => (line.length > columns ? `${line.slice(0, Math.max(0, columns - 1))}…` : line)).join('\n');
}
