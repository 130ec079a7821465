export const codeLanguages = ['javascript', 'text'] as const;

export type CodeLanguage = (typeof codeLanguages)[number];

/** What is not a language that is known is text. */
export function readLanguage(value: string | null): CodeLanguage {
  return codeLanguages.find((language) => language === value) ?? 'text';
}
