import { type ContextRequest, type ContextSource, tellSourcesChanged } from '../base/context.ts';
import { h } from '../base/h.ts';
import { QuireElement } from '../base/quire-element.ts';

/** What the elements inside it belong to. It shows nothing of its own, and leaves the look of what it holds as it is. */
export class QuireRoom extends QuireElement {
  static override readonly tag = 'quire-room';
  static override readonly hasStatusLine = false;
  static override readonly styles = `
:host {
  display: contents;
  color: inherit;
  font: inherit;
  text-align: inherit;
}
`;
  readonly #listeners = new Set<() => void>();
  readonly #source: ContextSource;
  #isSource = false;

  constructor() {
    super();
    const settings = () => this.settings;
    const listeners = this.#listeners;
    this.#source = {
      get settings() {
        return settings();
      },
      subscribe(listener) {
        listeners.add(listener);
        return () => {
          listeners.delete(listener);
        };
      },
    };
    this.addEventListener('quire-context', (event) => this.#answer(event as ContextRequest));
  }

  protected override frame(root: ShadowRoot): void {
    root.append(h('slot'));
  }

  protected override show(): () => void {
    return () => {};
  }

  protected override settled(): void {
    for (const listener of [...this.#listeners]) listener();
    if (this.#isSource === this.isConnected) return;
    this.#isSource = this.isConnected;
    tellSourcesChanged();
  }

  #answer(request: ContextRequest): void {
    // What it asks itself is for somebody further up.
    if (request.target === this) return;
    request.stopPropagation();
    request.answer(this.#source);
  }
}
