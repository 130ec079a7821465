import type { DocumentInfo } from '@quire/client';

export const UNTITLED = 'Untitled document';

/** Names that the server invents say nothing to a person; those that people or programs chose do. */
const inventedName = /^[0-9a-z]{4}(-[0-9a-z]{4}){3}$/;

/** What a document is called on screen, and its name where that adds something. */
export function nameForPeople(document: Pick<DocumentInfo, 'name' | 'title'>): {
  title: string;
  detail: string | null;
} {
  const title = document.title.trim();
  const invented = inventedName.test(document.name);
  if (title === '') return invented ? { title: UNTITLED, detail: null } : { title: document.name, detail: null };
  return { title, detail: invented || document.name === title ? null : document.name };
}

/** Every word of the query occurs in the title or the name; case and accents don't matter. */
export function matchesQuery(document: Pick<DocumentInfo, 'name' | 'title'>, query: string): boolean {
  const { title } = nameForPeople(document);
  const text = fold(`${title} ${document.name}`);
  return fold(query)
    .split(/\s+/)
    .every((word) => text.includes(word));
}

function fold(text: string): string {
  return text.normalize('NFD').replace(/\p{M}/gu, '').toLocaleLowerCase().trim();
}
