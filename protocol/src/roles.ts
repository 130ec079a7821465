/** What a person may do with a document; each role includes the ones before it. */
export const roles = ['reader', 'commenter', 'editor', 'owner'] as const;

export type Role = (typeof roles)[number];

export function mayWrite(role: Role): boolean {
  return roles.indexOf(role) >= roles.indexOf('editor');
}
