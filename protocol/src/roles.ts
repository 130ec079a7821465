/** What a person may do with a document; each role includes the ones before it. */
export const roles = ['reader', 'commenter', 'editor', 'owner'] as const;

export type Role = (typeof roles)[number];

/** Whether `role` may do all that `needed` may. */
export function includesRole(role: Role, needed: Role): boolean {
  return roles.indexOf(role) >= roles.indexOf(needed);
}

export function mayWrite(role: Role): boolean {
  return includesRole(role, 'editor');
}
