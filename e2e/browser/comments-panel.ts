import type { Locator, Page } from '@playwright/test';

/** The comments on the document that a page shows. */
export class CommentsPanel {
  readonly #page: Page;

  constructor(page: Page) {
    this.#page = page;
  }

  /** In the header; says how many threads are open. */
  get button(): Locator {
    return this.#page.getByRole('button', { name: /^Comments/ });
  }

  get panel(): Locator {
    return this.#page.getByRole('complementary', { name: 'Comments' });
  }

  /** The text that open threads are about. */
  get highlights(): Locator {
    return this.#page.getByRole('textbox', { name: 'Document text' }).locator('.comment-highlight');
  }

  thread(by: string): Locator {
    return this.panel.getByRole('article', { name: `Thread by ${by}` });
  }

  /** Comments on what is selected. */
  async comment(text: string): Promise<void> {
    await this.button.click();
    await this.panel.getByRole('textbox', { name: 'Comment on this text' }).fill(text);
    await this.panel.getByRole('button', { name: 'Comment', exact: true }).click();
  }

  async reply(to: string, text: string): Promise<void> {
    const thread = this.thread(to);
    await thread.getByRole('textbox', { name: 'Reply' }).fill(text);
    await thread.getByRole('button', { name: 'Reply' }).click();
  }
}
