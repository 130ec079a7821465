import { resolveTarget } from '../upgrade-target.ts';

/** What a request to the fallback asks for. */
export type LineTarget =
  /** The door itself: whether it is there, and a session. */
  | { readonly kind: 'door' }
  | { readonly kind: 'session'; readonly id: string; readonly numbers: LineNumbers }
  | { readonly kind: 'bad-number'; readonly parameter: string };

export interface LineNumbers {
  /** The last part that the client has. */
  readonly after: number;
  /** Bytes that came up before those of the body. */
  readonly from: number;
}

const DOOR = '/collab/http';
const PARAMETERS = ['after', 'from'] as const satisfies readonly (keyof LineNumbers)[];

/** @returns null for what is not for the fallback */
export function readLineTarget(requestTarget: string, lastEventId: string | undefined): LineTarget | null {
  const path = requestTarget.split(/[?#]/, 1)[0] ?? '';
  if (path === DOOR || path === `${DOOR}/`) return { kind: 'door' };
  if (!path.startsWith(`${DOOR}/`)) return null;
  const { searchParams } = resolveTarget(requestTarget);
  // An EventSource that reconnects asks for the same address again, and says here how far it came.
  const given = { after: lastEventId ?? searchParams.get('after'), from: searchParams.get('from') };
  const numbers = { after: 0, from: 0 };
  for (const parameter of PARAMETERS) {
    const text = given[parameter];
    if (text === null) continue;
    const number = Number(text);
    if (!/^\d+$/.test(text) || !Number.isSafeInteger(number)) return { kind: 'bad-number', parameter };
    numbers[parameter] = number;
  }
  return { kind: 'session', id: path.slice(DOOR.length + 1), numbers };
}
