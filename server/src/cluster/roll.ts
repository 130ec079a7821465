/**
 * Who belongs to the cluster, as a two-phase set: once forgotten, an id never comes back, and two nodes that know different
 * things unite them without asking which is newer. A node that was forgotten and returns draws a new id.
 */
export interface Roll {
  readonly members: ReadonlySet<string>;
  readonly forgotten: ReadonlySet<string>;
}

export const EMPTY_ROLL: Roll = { members: new Set(), forgotten: new Set() };

/** The same object when `other` says nothing new. */
export function uniteRolls(roll: Roll, other: Roll): Roll {
  if (other.members.isSubsetOf(roll.members) && other.forgotten.isSubsetOf(roll.forgotten)) return roll;
  return { members: roll.members.union(other.members), forgotten: roll.forgotten.union(other.forgotten) };
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
