import type { Role } from './roles.ts';

/** What a link may let somebody do: who may give a document away is known by name. */
export const linkRoles = ['reader', 'commenter', 'editor'] as const satisfies readonly Role[];

export type LinkRole = (typeof linkRoles)[number];
