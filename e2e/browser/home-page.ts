import { expect, type Locator, type Page } from '@playwright/test';

/** The list of documents, as a person uses it. */
export class HomePage {
  readonly page: Page;
  readonly #url: string;

  constructor(page: Page, url: string) {
    this.page = page;
    this.#url = url;
  }

  get newDocumentButton(): Locator {
    return this.page.getByRole('button', { name: 'New document' });
  }

  get documents(): Locator {
    return this.page.getByRole('table', { name: 'Documents' });
  }

  async open(): Promise<void> {
    await this.page.goto(this.#url);
    await this.page.getByRole('heading', { name: 'Documents', exact: true }).waitFor();
  }

  link(title: string): Locator {
    return this.documents.getByRole('link', { name: title, exact: true });
  }

  async choose(title: string, action: 'Rename' | 'Delete'): Promise<void> {
    await this.page.getByRole('button', { name: `More for ${title}` }).click();
    await this.page.getByRole('menuitem', { name: action }).click();
  }

  async rename(title: string, newTitle: string): Promise<void> {
    await this.choose(title, 'Rename');
    const dialog = this.page.getByRole('dialog', { name: 'Rename document' });
    await dialog.getByRole('textbox', { name: 'Title' }).fill(newTitle);
    await dialog.getByRole('button', { name: 'Rename' }).click();
  }

  get deletedDocuments(): Locator {
    return this.page.getByRole('table', { name: 'Deleted documents' });
  }

  /** Without the bin, as programs do. */
  async deleteForGood(name: string): Promise<void> {
    const address = new URL(`/v1/documents/${encodeURIComponent(name)}`, this.#url);
    expect((await this.page.request.delete(address.href)).status()).toBe(204);
    await this.page.reload();
  }

  async delete(title: string): Promise<void> {
    await this.choose(title, 'Delete');
    const dialog = this.page.getByRole('dialog', { name: `Delete “${title}”?` });
    await dialog.getByRole('button', { name: 'Delete' }).click();
  }
}
