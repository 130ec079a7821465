/** Texts whole, what gives a JSON text its shape, and ends of lines. */
const TOKENS = /"(?:[^"\\]|\\.)*"|[{}[\],:\n]/g;

/**
 * On which line each value of an object has its name, by path (`limits.maxFrameBytes`), from 1 on. What is in lists has no
 * path. `JSON.parse` says nothing of lines.
 *
 * @param text that `JSON.parse` has read
 */
export function findLines(text: string): ReadonlyMap<string, number> {
  const lines = new Map<string, number>();
  /** Names of the objects that are open, the outermost first; null for a list, and for all that is in one. */
  const within: (string | null)[] = [];
  let line = 1;
  let last = '';
  let path: string | null = '';
  for (const [token] of text.matchAll(TOKENS)) {
    switch (token) {
      case '\n':
        line += 1;
        break;
      case '{':
        within.push(path);
        break;
      case '[':
        within.push(null);
        path = null;
        break;
      case '}':
      case ']':
        within.pop();
        break;
      case ':': {
        const parent = within.at(-1) ?? null;
        const name: string = JSON.parse(last);
        path = parent === null ? null : parent === '' ? name : `${parent}.${name}`;
        if (path !== null) lines.set(path, line);
        break;
      }
      case ',':
        if (within.at(-1) === null) path = null;
        break;
      default:
        last = token;
    }
  }
  return lines;
}
