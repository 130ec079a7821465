import { expect, type FrameLocator, type Locator, type Page } from '@playwright/test';

/** The gallery of widgets, as a person looks at it; in its panes are two more, Ada and Ben. */
export class GalleryPage {
  readonly page: Page;
  readonly #url: string;

  constructor(page: Page, url: string) {
    this.page = page;
    this.#url = url;
  }

  async open(): Promise<void> {
    await this.page.goto(`${this.#url}/widgets`);
    await this.page.getByRole('heading', { name: 'Widgets', level: 1 }).waitFor();
  }

  get links(): Locator {
    return this.page.getByRole('navigation', { name: 'Widgets' }).getByRole('link');
  }

  section(title: string): Locator {
    return this.page.getByRole('region', { name: title, exact: true });
  }

  /** What somebody has in front of them. */
  pane(title: string, name: 'Ada' | 'Ben'): FrameLocator {
    return this.section(title).frameLocator(`iframe[title^="${name}"]`);
  }

  /** Goes to an element, and waits until both have it in front of them. */
  async goTo(title: string, tag: string): Promise<{ readonly ada: FrameLocator; readonly ben: FrameLocator }> {
    await this.links.filter({ hasText: new RegExp(`^${title}$`) }).click();
    const [ada, ben] = [this.pane(title, 'Ada'), this.pane(title, 'Ben')];
    for (const pane of [ada, ben]) await expect(pane.locator(tag).first()).toHaveAttribute('status', 'saved');
    return { ada, ben };
  }
}
