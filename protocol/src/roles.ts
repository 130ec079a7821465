import type { DocumentAddress } from './document-address.ts';

/** What a person may do with a document; each role includes the ones before it. */
export const roles = ['reader', 'commenter', 'editor', 'owner'] as const;

export type Role = (typeof roles)[number];

/** Whether `role` may do all that `needed` may. */
export function includesRole(role: Role, needed: Role): boolean {
  return roles.indexOf(role) >= roles.indexOf(needed);
}

/** The least of those that may write there. */
const writers = { document: 'editor', comments: 'commenter' } as const satisfies Record<DocumentAddress['kind'], Role>;

/** @param role in the document, also where it is about the comments on it */
export function mayWrite(role: Role, { kind }: DocumentAddress): boolean {
  return includesRole(role, writers[kind]);
}
