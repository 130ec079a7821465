import { expect, type Locator, type Page } from '@playwright/test';

/** Where an owner makes and revokes links, as a person does it. */
export class ShareDialog {
  readonly dialog: Locator;

  constructor(page: Page) {
    this.dialog = page.getByRole('dialog', { name: /^Share “/ });
  }

  get links(): Locator {
    return this.dialog.getByRole('listitem');
  }

  get closeButton(): Locator {
    return this.dialog.getByRole('button', { name: 'Done' });
  }

  /** @returns the address that opens the document by the new link */
  async create(ability: 'can view' | 'can comment' | 'can edit', label = ''): Promise<string> {
    await this.dialog.getByRole('combobox', { name: 'Whoever has the link' }).selectOption(ability);
    await this.dialog.getByRole('textbox', { name: 'What it is for' }).fill(label);
    await this.dialog.getByRole('button', { name: 'Create link' }).click();
    const address = this.dialog.getByRole('textbox', { name: ability });
    await expect(address).toBeVisible();
    return address.inputValue();
  }

  async revoke(words: string): Promise<void> {
    const link = this.links.filter({ hasText: words });
    await link.getByRole('button', { name: `Revoke “${words}”` }).click();
    await link.getByRole('button', { name: 'Revoke', exact: true }).click();
    await expect(link).toBeHidden();
  }
}
