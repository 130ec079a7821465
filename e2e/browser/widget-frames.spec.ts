import type { FrameLocator, Page } from '@playwright/test';
import { expect, test } from './fixtures.ts';
import { type PageServer, type ServedPage, servePages } from './page-server.ts';
import { widgetTags } from './widget-tags.ts';

// A frame in a sandbox has the origin `null`, which no list of origins can name.
test.use({ serverOptions: { env: { QUIRE_ALLOWED_ORIGINS: '*' } } });

let site: PageServer;

test.afterEach(() => site.close());

const CLASSIC = '<script src="SERVER/widgets/quire.iife.js"></script>';
const MODULE = '<script type="module" src="SERVER/widgets/quire.js"></script>';

interface Framed {
  readonly page: Page;
  readonly frame: FrameLocator;
}

function elementsOf(name: string): string {
  return `<quire-room server="SERVER" document="framed" name="${name}">
  <quire-presence></quire-presence>
  <quire-editor id="text"></quire-editor>
  <quire-code></quire-code>
  <quire-cursors><p>Point here</p></quire-cursors>
  <quire-comments for="text"></quire-comments>
  <quire-chat></quire-chat>
  <quire-whiteboard></quire-whiteboard>
  <quire-map center="53.5413, 9.9841" zoom="14"></quire-map>
  <quire-ticker></quire-ticker>
  <quire-notifications></quire-notifications>
</quire-room>`;
}

function pageOf(server: string, script: string, name: string): string {
  return `<!doctype html><html lang="en"><meta charset="utf-8"><title>Inside</title>${script}<body>${elementsOf(name)}</body></html>`.replaceAll(
    'SERVER',
    server,
  );
}

async function open(page: Page, address: string): Promise<Framed> {
  await page.addInitScript(() => {
    document.addEventListener('securitypolicyviolation', ({ violatedDirective, blockedURI }) =>
      console.log(`violated: ${violatedDirective} ${blockedURI}`),
    );
  });
  await page.goto(address);
  return { page, frame: page.frameLocator('iframe') };
}

/** What a frame has no right to is told by the console, for a frame without an origin can’t be asked. */
function watchViolations(page: Page): readonly string[] {
  const said: string[] = [];
  page.on('console', (message) => {
    if (/^violated: |Content Security Policy|SecurityError/.test(message.text())) said.push(message.text());
  });
  return said;
}

for (const [kind, script] of [
  ['classic', CLASSIC],
  ['module', MODULE],
] as const) {
  test(`each element works by the ${kind} script in a frame without an origin, with somebody in a frame of another site, under a policy that allows nothing inline`, async ({
    ada,
    ben,
    server,
  }) => {
    test.slow(); // all elements, twice
    const policy = `default-src 'none'; script-src ${server.url}; style-src 'self'; connect-src ${server.url} ${server.wsUrl}; frame-src *`;
    const boxed = pageOf(server.url, script, 'Ada').replaceAll('&', '&amp;').replaceAll('"', '&quot;');
    const pages: Record<string, ServedPage> = {
      '/sandbox': {
        html: `<!doctype html><title>Outside</title><iframe sandbox="allow-scripts" width="900" height="3000" srcdoc="${boxed}"></iframe>`,
        policy,
      },
      '/inside': { html: pageOf(server.url, script, 'Ben'), policy },
    };
    site = await servePages(pages);
    const outside = await servePages({
      '/': {
        html: `<!doctype html><title>Outside</title><iframe width="900" height="3000" src="${site.url}/inside"></iframe>`,
      },
    });
    const violations = [ada, ben].map(({ page }) => watchViolations(page));
    try {
      const both = [
        await open(ada.page, `${site.url}/sandbox`),
        // By another name of the same host: another site.
        await open(ben.page, outside.url.replace('127.0.0.1', 'localhost')),
      ];
      const [adas, bens] = both.map(({ frame }) => frame) as [FrameLocator, FrameLocator];
      for (const { frame } of both) {
        const elements = frame.locator(widgetTags.join());
        await expect(elements).toHaveCount(widgetTags.length);
        for (const element of await elements.all()) await expect(element).toHaveAttribute('status', 'saved');
      }
      await adas.getByRole('textbox', { name: 'Document text' }).pressSequentially('From the box.');
      await expect(bens.getByRole('textbox', { name: 'Document text' })).toContainText('From the box.');
      await adas.getByRole('textbox', { name: 'Document text' }).press('Control+a');
      await adas.getByRole('button', { name: 'Link', exact: true }).click();
      await adas.getByRole('textbox', { name: 'Address' }).fill('example.com');
      await adas.getByRole('textbox', { name: 'Address' }).press('Enter');
      await expect(bens.getByRole('link', { name: 'From the box.' })).toBeVisible();
      await bens.getByRole('textbox', { name: 'Code' }).pressSequentially('let us = 2;');
      await expect(adas.getByRole('textbox', { name: 'Code' })).toContainText('let us = 2;');
      await expect(adas.getByRole('list', { name: 'People here' }).getByRole('listitem')).toHaveCount(2);
      await adas.getByText('Point here').hover();
      await expect(bens.locator('quire-cursors .pointer').filter({ hasText: 'Ada' })).toBeVisible();
      await adas.getByRole('textbox', { name: 'Comment on this text' }).fill('Is it loud?');
      await adas.getByRole('button', { name: 'Comment', exact: true }).click();
      await expect(bens.getByRole('article', { name: 'Thread by Ada' })).toContainText('Is it loud?');
      await adas.getByRole('textbox', { name: 'Write a message' }).fill('Hello out there');
      await adas.getByRole('textbox', { name: 'Write a message' }).press('Enter');
      await expect(bens.getByRole('log')).toContainText('Hello out there');
      await adas.getByRole('group', { name: 'Whiteboard, empty' }).click();
      await expect(bens.getByRole('group', { name: 'Whiteboard, 1 stroke' })).toBeVisible();
      await adas.locator('quire-map').evaluate((map) => {
        (map as HTMLElement & { setPosition(lat: number, lng: number): void }).setPosition(53.54, 9.98);
      });
      await expect(
        bens.getByRole('list', { name: 'People on the map' }).getByRole('button', { name: /Ada/ }),
      ).toBeVisible();
      const tell = async (name: string, data: object) => {
        const answer = await fetch(`${server.url}/v1/documents/framed/events`, {
          method: 'POST',
          headers: { 'Content-Type': 'application/json' },
          body: JSON.stringify({ name, data }),
        });
        expect(answer.status).toBe(202);
      };
      await tell('quote', { symbol: 'QRE', price: 7 });
      await tell('notification', { title: 'Order 17 was created' });
      for (const { frame } of both) {
        await expect(frame.getByRole('row', { name: /QRE/ })).toContainText('7.00');
        await expect(frame.getByRole('button', { name: 'Notifications, 1 unread' })).toBeVisible();
      }
      expect(violations).toEqual([[], []]);
    } finally {
      await outside.close();
    }
  });
}
