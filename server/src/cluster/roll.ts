/**
 * Who belongs to the cluster, as a two-phase set: once forgotten, an id never comes back, and two nodes that know different
 * things unite them without asking which is newer. A node that was forgotten and returns draws a new id.
 */
export interface Roll {
  /** None of the forgotten among them. */
  readonly members: ReadonlySet<string>;
  readonly forgotten: ReadonlySet<string>;
}

export const EMPTY_ROLL: Roll = { members: new Set(), forgotten: new Set() };

/**
 * The forgotten stay for good: an earlier roll, out of a backup or from a node that was away, would bring them back. As many are
 * some 300 KB of each announcement.
 */
export const MOST_FORGOTTEN = 16_384;

/** The same object when `other` says nothing new. */
export function uniteRolls(roll: Roll, other: Roll): Roll {
  const isKnown = [...other.members].every((node) => roll.members.has(node) || roll.forgotten.has(node));
  if (isKnown && includes(roll.forgotten, other.forgotten)) return roll;
  const forgotten = new Set([...roll.forgotten, ...other.forgotten]);
  const members = new Set([...roll.members, ...other.members].filter((node) => !forgotten.has(node)));
  return { members, forgotten };
}

function includes(nodes: ReadonlySet<string>, others: ReadonlySet<string>): boolean {
  return [...others].every((node) => nodes.has(node));
}

export function enrol(roll: Roll, node: string): Roll {
  return uniteRolls(roll, { members: new Set([node]), forgotten: new Set() });
}

export function strike(roll: Roll, node: string): Roll {
  return uniteRolls(roll, { members: new Set(), forgotten: new Set([node]) });
}

export function isMember(roll: Roll, node: string): boolean {
  return roll.members.has(node) && !roll.forgotten.has(node);
}

export function membersOf(roll: Roll): string[] {
  return [...roll.members].filter((node) => !roll.forgotten.has(node));
}
