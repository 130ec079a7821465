import type { FrameLocator, Locator, Page } from '@playwright/test';
import { expectNoViolations } from './axe.ts';
import { expect, test } from './fixtures.ts';
import { GalleryPage } from './gallery-page.ts';
import { linkFor, runAsShown, SECRETS } from './token-link.ts';

const TITLES = [
  'Room',
  'Editor',
  'Code',
  'Presence',
  'Cursors',
  'Comments',
  'Chat',
  'Whiteboard',
  'Map',
  'Ticker',
  'Notifications',
] as const;

test.describe('in the gallery of widgets', () => {
  // Something that fades in has no contrast yet, and what glides is somewhere on its way.
  test.use({ browserOptions: { reducedMotion: 'reduce' } });

  test('[G2] what one writes, points at and says about a text is on the other’s screen, and who leaves is not', async ({
    ada: { page, context },
    server,
  }) => {
    test.slow(); // fourteen pages in one
    await context.grantPermissions(['clipboard-read', 'clipboard-write']);
    await page.goto(server.url);
    await page.getByRole('link', { name: 'Widgets for your own pages' }).click();
    const gallery = new GalleryPage(page, server.url);
    await expect(gallery.links).toHaveText([...TITLES]);

    await test.step('a room, whose HTML can be taken along', async () => {
      const { ada, ben } = await gallery.goTo('Room', 'quire-room');
      await textOf(ada).pressSequentially('Two in a room');
      await expect(textOf(ben)).toContainText('Two in a room');
      await expect(peopleOf(ben)).toHaveText([/Ben \(you\)/, /Ada/]);
      const section = gallery.section('Room');
      await section.getByRole('button', { name: 'Copy the HTML of Room' }).click();
      const copied = await page.evaluate(() => navigator.clipboard.readText());
      expect(copied).toContain(`src="${server.url}/widgets/quire.js"`);
      expect(await section.getByTitle('Ada’s page: Room').getAttribute('srcdoc')).toContain(copied);
      await section.getByText('Attributes, events and more').click();
      await expect(section.getByText('quire-status', { exact: true })).toBeVisible();
    });

    await test.step('an editor', async () => {
      const { ada, ben } = await gallery.goTo('Editor', 'quire-editor');
      await textOf(ada).pressSequentially('Dear **Ben**, ');
      await expect(textOf(ben).locator('strong')).toHaveText('Ben');
      await expect(ben.locator('.collaboration-carets__caret').filter({ hasText: 'Ada' })).toBeVisible();
      await textOf(ben).press('Control+End');
      await textOf(ben).pressSequentially('hello');
      await expect(textOf(ada)).toContainText('hello');
    });

    await test.step('code', async () => {
      const { ada, ben } = await gallery.goTo('Code', 'quire-code');
      const [adas, bens] = [ada.getByRole('textbox', { name: 'Code' }), ben.getByRole('textbox', { name: 'Code' })];
      await adas.pressSequentially('const one = 1;');
      await expect(bens).toContainText('const one = 1;');
      await bens.press('Control+End');
      await bens.pressSequentially(' // Ben');
      await expect(adas).toContainText('const one = 1; // Ben');
    });

    await test.step('[G7] presence', async () => {
      const { ada } = await gallery.goTo('Presence', 'quire-presence');
      await expect(peopleOf(ada)).toHaveText([/Ada \(you\)/, /Ben/]);
      await gallery.section('Presence').getByRole('button', { name: 'Close Ben’s page: Presence' }).click();
      await expect(peopleOf(ada)).toHaveText([/Ada \(you\)/]);
      await gallery.section('Presence').getByRole('button', { name: 'Open again' }).click();
      await expect(peopleOf(ada)).toHaveText([/Ada \(you\)/, /Ben/]);
    });

    await test.step('pointers', async () => {
      const { ada, ben } = await gallery.goTo('Cursors', 'quire-cursors');
      await ada.getByText('Mushroom pie').hover();
      const pointer = ben.locator('.pointer').filter({ hasText: 'Ada' });
      await expect(pointer).toBeVisible();
      const line = ben.getByText('Mushroom pie');
      await expect.poll(() => isTipOn(pointer, line)).toBe(true);
      await page.getByRole('heading', { name: 'Cursors' }).hover();
      await expect(pointer).toBeHidden();
    });

    await test.step('comments', async () => {
      const { ada, ben } = await gallery.goTo('Comments', 'quire-comments');
      await textOf(ada).pressSequentially('The ferry runs until late.');
      await expect(ada.locator('quire-comments')).toHaveAttribute('status', 'saved');
      await expect(textOf(ben)).toContainText('The ferry runs until late.');
      await textOf(ada).press('Control+a');
      await ada.getByRole('textbox', { name: 'Comment on this text' }).fill('How late?');
      await ada.getByRole('button', { name: 'Comment', exact: true }).click();
      const thread = ben.getByRole('article', { name: 'Thread by Ada' });
      await expect(thread).toContainText('How late?');
      await expect(textOf(ben).locator('.comment-highlight')).toHaveText('The ferry runs until late.');
      await thread.getByRole('textbox', { name: 'Reply' }).fill('Until 23:30');
      await thread.getByRole('button', { name: 'Reply' }).click();
      await expect(ada.getByRole('article', { name: 'Thread by Ada' })).toContainText('Until 23:30');
      await ada.getByRole('button', { name: 'Resolve', exact: true }).click();
      await expect(thread).toBeHidden();
      await ben.getByRole('button', { name: 'Resolved (1)' }).click();
      await expect(thread).toBeVisible();
    });

    await expectFitForAll(page);
  });

  test('what is said, drawn, moved and told from outside reaches both, also after a cut', async ({
    ada: { page, context },
    server,
  }) => {
    test.slow(); // as many
    const gallery = new GalleryPage(page, server.url);
    await gallery.open();
    const post = (element: string, name: string, data: unknown) =>
      fetch(`${server.url}/v1/documents/gallery%2F${element}/events`, {
        method: 'POST',
        headers: { 'Content-Type': 'application/json' },
        body: JSON.stringify({ name, data }),
      });

    await test.step('a chat', async () => {
      const { ada, ben } = await gallery.goTo('Chat', 'quire-chat');
      const write = (pane: FrameLocator) => pane.getByRole('textbox', { name: 'Write a message' });
      await write(ada).fill('Shall we start at ten?');
      await write(ada).press('Enter');
      await expect(ben.getByRole('log')).toContainText('Shall we start at ten?');
      await write(ben).pressSequentially('Ten is fine');
      await expect(ada.getByText('Ben is typing…')).toBeVisible();
      await write(ben).press('Enter');
      await expect(ada.getByRole('log')).toContainText('Ten is fine');
      await expect(ada.getByText('Ben is typing…')).toBeHidden();
      // Scrolled away from it, nobody looks at it.
      await gallery.links.filter({ hasText: 'Notifications' }).click();
      expect((await post('chat', 'chat', { text: 'Paper is here' })).status).toBe(202);
      for (const pane of [ada, ben]) await expect(pane.locator('quire-chat')).toHaveAttribute('unread', '1');
      await gallery.links.filter({ hasText: 'Chat' }).click();
      for (const pane of [ada, ben]) {
        await pane.getByRole('log').hover();
        await expect(pane.locator('quire-chat')).not.toHaveAttribute('unread');
      }
      await expect(ada.getByRole('log').getByText('New', { exact: true })).toBeVisible();

      await context.setOffline(true);
      for (const pane of [ada, ben]) await expect(pane.locator('quire-chat')).toHaveAttribute('status', 'offline');
      expect((await post('chat', 'chat', { text: 'Said meanwhile' })).status).toBe(202);
      await context.setOffline(false);
      for (const pane of [ada, ben]) await expect(pane.getByRole('log')).toContainText('Said meanwhile');
    });

    await test.step('a whiteboard', async () => {
      const { ada, ben } = await gallery.goTo('Whiteboard', 'quire-whiteboard');
      const stroke = ben.getByRole('group', { name: 'Whiteboard, 1 stroke' }).locator('path').first();
      const lengthOf = async () => (await stroke.getAttribute('d'))?.length ?? 0;
      const { x, y } = await boxOf(ada.getByRole('group', { name: 'Whiteboard, empty' }));
      await page.mouse.move(x + 40, y + 40);
      await page.mouse.down();
      await page.mouse.move(x + 120, y + 80, { steps: 8 });
      await expect(stroke).toBeVisible();
      const before = await lengthOf();
      await page.mouse.move(x + 60, y + 120, { steps: 8 });
      await expect.poll(lengthOf).toBeGreaterThan(before);
      await page.mouse.up();
      await ada.getByRole('button', { name: 'Undo' }).click();
      await expect(ben.getByRole('group', { name: 'Whiteboard, empty' })).toBeVisible();
      await ada.getByRole('button', { name: 'Redo' }).click();
      await expect(stroke).toBeVisible();
    });

    await test.step('a map', async () => {
      const { ben } = await gallery.goTo('Map', 'quire-map');
      const move = gallery.section('Map').getByRole('button', { name: 'Move Ada' });
      const person = ben.getByRole('list', { name: 'People on the map' }).getByRole('button', { name: /Ada/ });
      await move.click();
      await expect(person).toBeVisible();
      const before = (await person.getAttribute('aria-label')) ?? '';
      await move.click();
      await expect(person).not.toHaveAttribute('aria-label', before);
    });

    await test.step('a ticker', async () => {
      const { ada, ben } = await gallery.goTo('Ticker', 'quire-ticker');
      const prices = (pane: FrameLocator) =>
        pane.getByRole('table', { name: 'Quotes' }).getByRole('row', { name: /QRE/ });
      for (const price of [101.25, 99.5]) {
        expect((await post('ticker', 'quote', { symbol: 'QRE', price })).status).toBe(202);
        for (const pane of [ada, ben]) await expect(prices(pane)).toContainText(price.toFixed(2));
      }
      await expect(prices(ben)).toContainText('▼');
      await gallery.section('Ticker').getByRole('button', { name: 'Send what is traded' }).click();
      const bids = (pane: FrameLocator) => pane.getByRole('table', { name: 'Bid' }).locator('tbody td');
      for (const pane of [ada, ben]) await expect(bids(pane)).toHaveCount(6);
      // Only what changes is told: the best level is gone, and one is a little below it.
      const [best, , ...others] = await bids(ada).allInnerTexts();
      const next = Number(best) - 0.01;
      const delta = {
        symbol: 'QRE',
        bids: [
          [Number(best), 0],
          [next, 77],
        ],
      };
      expect((await post('ticker', 'book', delta)).status).toBe(202);
      for (const pane of [ada, ben]) await expect(bids(pane)).toHaveText([next.toFixed(2), '77.00', ...others]);
    });

    await test.step('notifications', async () => {
      const { ada, ben } = await gallery.goTo('Notifications', 'quire-notifications');
      await gallery.section('Notifications').getByRole('button', { name: 'Send a notification' }).click();
      for (const pane of [ada, ben]) {
        await expect(pane.getByText('Order 17 was created').filter({ visible: true })).toBeVisible();
        await expect(pane.getByRole('button', { name: 'Notifications, 1 unread' })).toBeVisible();
      }
      // What Ada has read is read for her alone, though both look at the same device.
      await ada.getByRole('button', { name: 'Notifications, 1 unread' }).click();
      await ada.getByRole('button', { name: 'Mark all as read' }).click();
      await page.keyboard.press('Escape');
      await expect(ada.getByRole('button', { name: 'Notifications', exact: true })).toBeVisible();
      await gallery.section('Notifications').getByRole('button', { name: 'Send a notification' }).click();
      await expect(ada.getByRole('button', { name: 'Notifications, 1 unread' })).toBeVisible();
      await expect(ben.getByRole('button', { name: 'Notifications, 2 unread' })).toBeVisible();
    });

    await test.step('in a theme that was chosen', async () => {
      await page.getByRole('radio', { name: 'Dark' }).check({ force: true });
      for (const name of ['Ada', 'Ben'] as const) {
        const pane = gallery.pane('Notifications', name);
        await expect(pane.locator('body')).toHaveCSS('background-color', 'rgb(29, 33, 34)');
      }
      await page.getByRole('radio', { name: 'Auto' }).check({ force: true });
    });

    await expectFitForAll(page);
  });
});

test.describe('on a server that asks for tokens, the gallery of widgets', () => {
  test.use({ serverOptions: { env: { QUIRE_JWT_SECRETS: SECRETS } } });

  test('[G6] says what it needs, and with that is live, and keeps the token out of sight', async ({
    ada: { page },
    server,
  }) => {
    const gallery = new GalleryPage(page, server.url);
    await gallery.open();
    await expect(page.getByRole('alert')).toContainText('This server asks for a token');
    await expect(gallery.section('Chat')).toContainText('gallery/chat');
    await expect(page.locator('iframe')).toHaveCount(0);

    await page.goto(linkFor(server, '--user', 'ada', '--grant', 'editor:team/**'));
    await gallery.open();
    await expect(page.getByRole('alert')).toContainText('Your token is for other documents');

    const command = await page.getByRole('alert').locator('code', { hasText: 'quire token' }).innerText();
    expect(runAsShown(command)).toMatch(/^ey/);
    const link = linkFor(server, '--user', 'ada', '--name', 'Ada Lovelace', '--grant', 'editor:gallery/*');
    await page.goto(link);
    await gallery.open();
    const { ada } = await gallery.goTo('Presence', 'quire-presence');
    // As their own pane has it, or as the server says it of them, once it has.
    await expect(peopleOf(ada)).toHaveText([/Ada.* \(you\)/, /Ada Lovelace/]);
    await expect(page.getByRole('alert')).toBeHidden();
    const token = new URL(link).hash.slice('#token='.length);
    await expect(page.locator('body')).not.toContainText(token);
  });
});

function textOf(pane: FrameLocator): Locator {
  return pane.getByRole('textbox', { name: 'Document text' });
}

function peopleOf(pane: FrameLocator): Locator {
  return pane.getByRole('list', { name: 'People here' }).getByRole('listitem');
}

async function boxOf(locator: Locator): Promise<{ x: number; y: number; width: number; height: number }> {
  const box = await locator.boundingBox();
  if (box === null) throw new Error('it is not on the screen');
  return box;
}

/** The upper left corner of a pointer is where somebody points. */
async function isTipOn(pointer: Locator, target: Locator): Promise<boolean> {
  const [tip, box] = [await pointer.boundingBox(), await target.boundingBox()];
  if (tip === null || box === null) return false;
  return tip.x >= box.x && tip.x <= box.x + box.width && tip.y >= box.y && tip.y <= box.y + box.height;
}

/** In both themes, and at the width of a phone nothing is wider than it. */
async function expectFitForAll(page: Page): Promise<void> {
  // Ben's pages are Ada's once more.
  const without = 'iframe[title^="Ben"]';
  await expectNoViolations(page, { without });
  await page.emulateMedia({ colorScheme: 'dark' });
  await expectNoViolations(page, { without, rules: ['color-contrast'] });
  await page.setViewportSize({ width: 360, height: 740 });
  await expect.poll(() => findTooWide(page)).toEqual([]);
}

/** The pages, by their titles, that have to be scrolled sideways. */
function findTooWide(page: Page): Promise<string[]> {
  return page.evaluate(() => {
    const frames = [...document.querySelectorAll('iframe')];
    const pages = [document, ...frames.map(({ contentDocument }) => contentDocument)];
    const wide = pages.filter(
      (each) => each !== null && each.documentElement.scrollWidth > each.documentElement.clientWidth,
    );
    return wide.map((each) => each?.title ?? '');
  });
}
