import type { Known, Request } from './made-up-requests.ts';

/** What there is to be asked for, by the list that has it. */
export class KnownIds {
  readonly #lists = new Map<string, string[]>();

  add(list: string, id: string): void {
    this.#lists.set(list, [...(this.#lists.get(list) ?? []), id]);
  }

  pick(list: string, { pick }: Known): string {
    const ids = this.#lists.get(list) ?? [];
    return ids[pick % ids.length] ?? 'nothing';
  }

  /** With its parameters filled in: threads, links and sessions are those of the document, and comments those of the thread. */
  address({ parameters, path, search }: Request): string {
    let within = '';
    const filled = path.replace(/\{(\w+)\}/g, (_, name: string) => {
      const given = parameters[name] ?? '';
      const value = typeof given === 'string' ? given : this.pick(`${within}/${name}`, given);
      within = `${within}/${value}`;
      return encodeURIComponent(value.toWellFormed());
    });
    return filled + search;
  }

  /** What an answer tells of. */
  learn({ id, parameters }: Pick<Request, 'id' | 'parameters'>, answer: unknown): void {
    const { name } = parameters;
    const told = answer as { readonly id?: string; readonly comments?: readonly { readonly id: string }[] };
    if (told.id === undefined) return;
    if (id === 'createLink') this.add(`/${name}/link`, told.id);
    if (id === 'revoke') this.add('/revocation', told.id);
    if (id !== 'startThread') return;
    this.add(`/${name}/thread`, told.id);
    for (const comment of told.comments ?? []) this.add(`/${name}/${told.id}/comment`, comment.id);
  }
}
