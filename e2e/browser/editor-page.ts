import { expect, type Locator, type Page } from '@playwright/test';

/** A document, as a person edits it. */
export class EditorPage {
  readonly page: Page;
  readonly #url: string;

  constructor(page: Page, url: string) {
    this.page = page;
    this.#url = url;
  }

  get text(): Locator {
    return this.page.getByRole('textbox', { name: 'Document text' });
  }

  get title(): Locator {
    return this.page.getByRole('textbox', { name: 'Document title' });
  }

  get saveState(): Locator {
    return this.page.getByRole('button', { name: /^Save state/ });
  }

  get toolbar(): Locator {
    return this.page.getByRole('toolbar', { name: 'Formatting' });
  }

  get shareButton(): Locator {
    return this.page.getByRole('button', { name: 'Share', exact: true });
  }

  /** The others; everybody also has a button for themselves. */
  person(name: string): Locator {
    return this.page.getByRole('list', { name: 'People here' }).getByRole('button', { name, exact: true });
  }

  /** Carets are for the eye only, so no role finds them. */
  caretOf(name: string): Locator {
    return this.text.locator('.collaboration-carets__caret').filter({ hasText: name });
  }

  async open(name: string): Promise<void> {
    await this.page.goto(`${this.#url}/d/${encodeURIComponent(name)}`);
  }

  async openAddress(address: string): Promise<void> {
    await this.page.goto(address);
    await this.text.waitFor();
  }

  /** Writes behind the last character, key by key. */
  async write(text: string, { delay = 0 } = {}): Promise<void> {
    await this.text.press('Control+End');
    await this.page.keyboard.type(text, { delay });
  }

  /** What a reader reads: without the names at other people's carets. */
  plainText(): Promise<string> {
    return this.text.evaluate((element) => {
      const copy = element.cloneNode(true) as HTMLElement;
      for (const caret of copy.querySelectorAll('.collaboration-carets__caret')) caret.remove();
      return [...copy.children].map((block) => block.textContent?.replaceAll('\u2060', '') ?? '').join('\n');
    });
  }

  async expectText(text: string): Promise<void> {
    await expect.poll(() => this.plainText()).toBe(text);
  }

  async expectSaved(): Promise<void> {
    await expect(this.saveState).toHaveText('Saved');
  }
}
