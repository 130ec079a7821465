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

/**
 * Every word of the query occurs in what is shown of the document, or its name starts with the query; case and accents
 * don't matter. An invented name counts from its start only: somewhere in one of them is any letter.
 */
export function matchesQuery(document: Pick<DocumentInfo, 'name' | 'title'>, query: string): boolean {
  const { title, detail } = nameForPeople(document);
  const shown = fold(`${title} ${detail ?? ''}`);
  const wanted = fold(query);
  return wanted.split(/\s+/).every((word) => shown.includes(word)) || fold(document.name).startsWith(wanted);
}

function fold(text: string): string {
  return text.normalize('NFD').replace(/\p{M}/gu, '').toLocaleLowerCase().trim();
}
