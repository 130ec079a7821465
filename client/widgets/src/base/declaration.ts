interface Described {
  readonly name: string;
  readonly description: string;
}

export interface AttributeDeclaration extends Described {
  /** Left out: a text. */
  readonly type?: string;
  readonly default?: string;
}

export interface PropertyDeclaration extends Described {
  readonly type: string;
  readonly readonly?: boolean;
}

export interface MethodDeclaration extends Described {
  /** As TypeScript has it: `(text: string) => Promise<void>`. */
  readonly type: string;
}

export interface EventDeclaration extends Described {
  /** Of its `detail`; left out, it has none. */
  readonly detail?: string;
}

/**
 * What a page can do with an element, beyond what it can do with all of them: written down beside the element, read by the
 * custom-elements manifest, the docs and the gallery, and held against the code by a test.
 */
export interface ElementDeclaration {
  readonly tag: string;
  readonly className: string;
  /** Below `src`: `editor/quire-editor.ts`. */
  readonly module: string;
  /** What it is for, in a sentence. */
  readonly summary: string;
  readonly attributes: readonly AttributeDeclaration[];
  readonly properties?: readonly PropertyDeclaration[];
  readonly methods?: readonly MethodDeclaration[];
  readonly events: readonly EventDeclaration[];
  readonly parts: readonly Described[];
  readonly slots?: readonly Described[];
  readonly cssProperties?: readonly Described[];
  /** Words that `strings` can replace, by their keys. */
  readonly words?: Readonly<Record<string, string>>;
  /** HTML that works as it stands, in a page that loads the script: about ten lines. */
  readonly example: string;
}
