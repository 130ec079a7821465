import type { Locator, Page } from '@playwright/test';
import { readerServerProgram } from '@quire/testing';
import { expect, test } from './fixtures.ts';
import { type PageServer, type ServedPage, servePages } from './page-server.ts';

// A frame in a sandbox has the origin `null`, which no list of origins can name.
test.use({ serverOptions: { env: { QUIRE_ALLOWED_ORIGINS: '*' } } });

/** What the page can ask of the elements in it. */
interface TextElement extends HTMLElement {
  getText(): string;
  readonly room: object | null;
}

let site: PageServer;

test.afterEach(() => site.close());

async function open(page: Page, path: string): Promise<void> {
  await page.addInitScript(() => {
    const violations: string[] = [];
    Object.assign(window, { violations });
    document.addEventListener('securitypolicyviolation', (event) => {
      violations.push(`${event.violatedDirective} ${event.blockedURI} ${event.sourceFile}:${event.lineNumber}`);
    });
  });
  await page.goto(`${site.url}${path}`);
}

function violationsOf(page: Page): Promise<string[]> {
  return page.evaluate(() => (window as unknown as { violations: string[] }).violations);
}

function textOf(element: Locator): Promise<string> {
  return element.evaluate((field) => (field as TextElement).getText());
}

function threadOf(page: Page): Locator {
  return page.getByRole('article', { name: 'Thread by Ada' });
}

function pageOf(server: string, head: string, body: string): string {
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<title>Somebody’s page</title>
${head.replaceAll('SERVER', server)}
<body>${body.replaceAll('SERVER', server)}</body>
</html>`;
}

const MODULE = '<script type="module" src="SERVER/widgets/quire.js"></script>';

test('[G2] editors in shadow roots take what others write while they are focused, under a policy that allows nothing inline', async ({
  ada,
  ben,
  server,
}) => {
  const page = (name: string, color: string): ServedPage => ({
    policy: `default-src 'none'; script-src ${server.url}; style-src 'self'; connect-src ${server.url} ${server.wsUrl}`,
    html: pageOf(
      server.url,
      MODULE,
      `<quire-room server="SERVER" document="shadow" name="${name}" color="${color}">
        <quire-presence></quire-presence>
        <quire-editor id="text" placeholder="Start writing"></quire-editor>
        <quire-code language="javascript"></quire-code>
        <quire-cursors><p>Point here</p></quire-cursors>
        <quire-comments for="text"></quire-comments>
        <quire-chat></quire-chat>
        <quire-whiteboard></quire-whiteboard>
        <quire-map center="53.5413, 9.9841" zoom="14"></quire-map>
        <quire-ticker></quire-ticker>
        <quire-notifications></quire-notifications>
      </quire-room>`,
    ),
  });
  site = await servePages({ '/ada': page('Ada', '#7c3aed'), '/ben': page('Ben', '#0c7079') });
  await open(ada.page, '/ada');
  await open(ben.page, '/ben');
  const both = [ada, ben].map(({ page: opened }) => ({
    page: opened,
    editor: opened.locator('quire-editor'),
    text: opened.getByRole('textbox', { name: 'Document text' }),
    code: opened.locator('quire-code'),
    lines: opened.getByRole('textbox', { name: 'Code' }),
  }));
  const [one, other] = both as [(typeof both)[0], (typeof both)[0]];
  await expect(one.editor).toHaveAttribute('status', 'saved');
  await expect(one.page.getByRole('listitem').filter({ hasText: 'Ben' })).toBeVisible();

  // Both have the focus in the text, and write in turns and at once.
  await one.text.click();
  await one.page.keyboard.type('abc');
  await expect(other.text).toContainText('abc');
  await other.text.click();
  await other.page.keyboard.press('Control+End');
  await other.page.keyboard.type(' from Ben');
  await expect.poll(() => textOf(one.editor)).toBe('abc from Ben');
  await Promise.all([one.page.keyboard.type('123'), other.page.keyboard.type('456')]);
  await expect.poll(() => textOf(one.editor)).toMatch(/^(?=.*123)(?=.*456)(?=.*from Ben).{18}$/);
  await expect.poll(() => textOf(other.editor)).toBe(await textOf(one.editor));
  await expect(one.editor.locator('.collaboration-carets__label')).toHaveText('Ben');

  // The toolbar, and what it does, reach the other one, too.
  await one.page.keyboard.press('Control+A');
  await one.page.getByRole('button', { name: 'Bold' }).click();
  await expect(other.text.locator('strong')).toContainText('abc');
  await one.page.getByRole('combobox', { name: 'Paragraph style' }).selectOption('Heading 2');
  await expect(other.text.getByRole('heading', { level: 2 })).toContainText('abc');

  await one.lines.click();
  await one.page.keyboard.type('const one = 1;');
  await expect.poll(() => textOf(other.code)).toBe('const one = 1;');
  await other.lines.click();
  await other.page.keyboard.press('Control+End');
  await other.page.keyboard.type(' // two');
  await expect.poll(() => textOf(one.code)).toBe('const one = 1; // two');
  await expect(one.code.locator('.caret-name')).toHaveText('Ben');
  await other.page.keyboard.press('Control+Z');
  await expect.poll(() => textOf(one.code)).toBe('const one = 1;');

  // Whatever else there is, is there and draws what it has to.
  await one.page.getByRole('textbox', { name: 'Write a message' }).fill('Look at the map');
  await one.page.keyboard.press('Enter');
  await expect(other.page.getByRole('log')).toContainText('Look at the map');
  await one.page.locator('quire-map').evaluate((map) => {
    (map as HTMLElement & { setPosition(lat: number, lng: number): void }).setPosition(53.54, 9.98);
  });
  const onMap = other.page.getByRole('list', { name: 'People on the map' });
  await expect(onMap.getByRole('button', { name: /Ada/ })).toBeVisible();
  await one.page.getByRole('group', { name: 'Whiteboard, empty' }).click();
  await expect(other.page.getByRole('group', { name: 'Whiteboard, 1 stroke' })).toBeVisible();
  await other.page.getByText('Point here').hover();
  await expect(one.page.locator('quire-cursors .pointer').filter({ hasText: 'Ben' })).toBeVisible();
  for (const { page: opened } of both) {
    const tags = await opened
      .locator('quire-room, quire-room *')
      .evaluateAll((all) => all.filter((element) => element.matches(':defined')).map(({ localName }) => localName));
    expect(new Set(tags.filter((tag) => tag.startsWith('quire-'))).size).toBe(11);
    expect(await violationsOf(opened)).toEqual([]);
  }
});

test('tables, tasks and code in a text need nothing inline either', async ({ ada: { page }, server }) => {
  const call = (method: string, path: string, type: string, body: string) =>
    fetch(`${server.url}/v1/documents${path}`, { method, headers: { 'Content-Type': type }, body });
  expect((await call('POST', '', 'application/json', '{"name":"rich"}')).status).toBe(201);
  const written = `<h1>Plan</h1>
<table><tbody><tr><th colwidth="120"><p>Who</p></th><th><p>What</p></th></tr><tr><td><p>Ada</p></td><td><p>Buns</p></td></tr></tbody></table>
<ul data-type="taskList"><li data-type="taskItem" data-checked="true"><p>Flour</p></li></ul>
<pre><code class="language-js">let us = 2;</code></pre><hr><blockquote><p>Quoted</p></blockquote>
<p><a href="https://example.com">A link</a>, <u>under</u>, <s>struck</s></p>`;
  expect((await call('PUT', '/rich/content', 'text/html', written)).status).toBe(204);
  site = await servePages({
    '/': {
      policy: `default-src 'none'; script-src ${server.url}; style-src 'self'; connect-src ${server.url} ${server.wsUrl}`,
      html: pageOf(server.url, MODULE, '<quire-editor server="SERVER" document="rich" name="Ada"></quire-editor>'),
    },
  });
  await open(page, '/');
  const text = page.getByRole('textbox', { name: 'Document text' });
  await text.getByRole('cell', { name: 'Buns' }).click();
  await page.keyboard.press('End');
  await page.keyboard.type(' and rolls');
  await expect(text.getByRole('cell', { name: 'Buns and rolls' })).toBeVisible();
  await text.getByRole('checkbox', { name: 'Done' }).uncheck();
  await expect(page.locator('quire-editor')).toHaveAttribute('status', 'saved');
  expect(await violationsOf(page)).toEqual([]);
});

test('comments on a page of another origin are begun, answered and settled there', async ({ ada, ben, server }) => {
  const page = (name: string): ServedPage => ({
    policy: `default-src 'none'; script-src ${server.url}; style-src 'self'; connect-src ${server.url} ${server.wsUrl}`,
    html: pageOf(
      server.url,
      MODULE,
      `<quire-room server="SERVER" document="shop" name="${name}">
        <quire-editor id="text"></quire-editor>
        <quire-comments for="text"></quire-comments>
      </quire-room>`,
    ),
  });
  site = await servePages({ '/ada': page('Ada'), '/ben': page('Ben') });
  await open(ada.page, '/ada');
  await open(ben.page, '/ben');
  const text = ada.page.getByRole('textbox', { name: 'Document text' });
  await text.pressSequentially('The shop closes at six.');
  await expect(ada.page.locator('quire-editor')).toHaveAttribute('status', 'saved');
  await expect(ben.page.getByRole('textbox', { name: 'Document text' })).toContainText('The shop closes at six.');

  await text.press('Control+a');
  await ada.page.getByRole('textbox', { name: 'Comment on this text' }).fill('On Sundays too?');
  await ada.page.getByRole('button', { name: 'Comment', exact: true }).click();
  const [adas, bens] = [threadOf(ada.page), threadOf(ben.page)];
  await expect(bens).toContainText('On Sundays too?');
  await bens.getByRole('textbox', { name: 'Reply' }).fill('At four');
  await bens.getByRole('button', { name: 'Reply' }).click();
  await expect(adas).toContainText('At four');
  // That they may change them is known from the server: to it, people without tokens are all the same.
  await expect(adas.getByRole('button', { name: 'Edit your comment' })).toHaveCount(2);
  await bens.getByRole('button', { name: 'Resolve', exact: true }).click();
  await expect(adas).toBeHidden();
  await ada.page.getByRole('button', { name: 'Resolved (1)' }).click();
  await adas.getByRole('button', { name: 'Reopen' }).click();
  await expect(bens).toBeVisible();
  for (const actor of [ada, ben]) expect(await violationsOf(actor.page)).toEqual([]);
});

test('editors of one page share a socket, keep it when they are moved, belong to forms, and can be read-only', async ({
  ada,
  server,
}) => {
  const html = pageOf(
    server.url,
    MODULE,
    `<section id="left">
      <quire-room server="SERVER" name="Ada">
        <form>
          <quire-editor document="one" form-field="text" aria-label="One"></quire-editor>
          <fieldset><quire-editor document="two" no-toolbar form-field="other"></quire-editor></fieldset>
        </form>
        <quire-code document="two" form-field="code"></quire-code>
      </quire-room>
    </section>
    <section id="right"></section>`,
  );
  site = await servePages({ '/': { html } });
  const { page } = ada;
  const sockets: string[] = [];
  page.on('websocket', (socket) => sockets.push(socket.url()));
  await open(page, '/');
  const [one, two] = [page.locator('quire-editor[document=one]'), page.locator('quire-editor[document=two]')];
  await expect(one).toHaveAttribute('status', 'saved');
  await expect(two).toHaveAttribute('status', 'saved');
  await one.getByRole('textbox').click();
  await page.keyboard.type('First');
  await two.getByRole('textbox').click();
  await page.keyboard.type('Second');
  await expect.poll(() => Promise.all([one, two].map(textOf))).toEqual(['First', 'Second']);

  // The room is moved, and its elements with it: they hold what they held.
  const isSame = await page.evaluate(async () => {
    const [room, editor] = ['quire-room', 'quire-editor'].map((tag) => document.querySelector(tag) as TextElement);
    const before = editor?.room;
    document.querySelector('#right')?.append(room as HTMLElement);
    await new Promise((resolve) => requestAnimationFrame(resolve));
    return before !== null && editor?.room === before;
  });
  expect(isSame).toBe(true);
  await one.getByRole('textbox').click();
  await page.keyboard.press('Control+End');
  await page.keyboard.type(' again');
  await expect.poll(() => textOf(one)).toBe('First again');
  await expect(one).toHaveAttribute('status', 'saved');
  expect(sockets.map((address) => new URL(address).pathname)).toEqual(['/collab']);

  const sent = () =>
    page.evaluate(() => Object.fromEntries(new FormData(document.querySelector('form') as HTMLFormElement)));
  expect(await sent()).toEqual({ text: '<p>First again</p>', other: '<p>Second</p>' });
  await page.evaluate(() => document.querySelector('fieldset')?.setAttribute('disabled', ''));
  expect(await sent()).toEqual({ text: '<p>First again</p>' });
  await expect(two.getByRole('textbox')).toHaveAttribute('aria-readonly', 'true');

  await expect(one.getByRole('toolbar')).toBeVisible();
  await one.evaluate((editor) => editor.toggleAttribute('readonly', true));
  await expect(one.getByRole('toolbar')).toBeHidden();
  await one.getByRole('textbox').click();
  await page.keyboard.type('Nothing');
  expect(await textOf(one)).toBe('First again');
});

test('[G2] a frame in a sandbox takes the classic script, in which there is no framework', async ({
  ada,
  ben,
  server,
}) => {
  const inFrame = pageOf(
    server.url,
    '<script src="SERVER/widgets/quire.iife.js"></script>',
    '<quire-editor server="SERVER" document="boxed" name="Ada"></quire-editor>',
  );
  site = await servePages({
    '/frame': { html: `<iframe sandbox="allow-scripts" srcdoc="${inFrame.replaceAll('"', '&quot;')}"></iframe>` },
    '/page': {
      html: pageOf(server.url, MODULE, '<quire-editor server="SERVER" document="boxed" name="Ben"></quire-editor>'),
    },
  });
  await open(ada.page, '/frame');
  await open(ben.page, '/page');
  const boxed = ada.page.frameLocator('iframe').getByRole('textbox', { name: 'Document text' });
  await boxed.click();
  await ada.page.keyboard.type('From inside.');
  await expect(ben.page.getByRole('textbox', { name: 'Document text' })).toContainText('From inside.');
  await ben.page.getByRole('textbox', { name: 'Document text' }).click();
  await ben.page.keyboard.press('Control+End');
  await ben.page.keyboard.type(' From outside.');
  await expect(boxed).toContainText('From outside.');

  const script = await (await fetch(`${server.url}/widgets/quire.iife.js`)).text();
  expect(script).toContain('quire-editor');
  expect(script).not.toMatch(/react\.(?:transitional\.)?element|__REACT_DEVTOOLS/);
});

test.describe('who may only read', () => {
  test.use({ serverOptions: { program: readerServerProgram } });

  test('[G6] has no toolbar, and can change neither text nor code', async ({ ada, server }) => {
    const room = `<quire-room server="SERVER" document="notice" name="Ada">
      <quire-editor></quire-editor><quire-code></quire-code>
    </quire-room>`;
    site = await servePages({ '/': { html: pageOf(server.url, MODULE, room) } });
    await open(ada.page, '/');
    const [editor, code] = [ada.page.locator('quire-editor'), ada.page.locator('quire-code')];
    await expect(editor.getByRole('status')).toHaveText('View only');
    for (const field of [editor, code]) {
      const text = field.getByRole('textbox');
      await expect(text).toHaveAttribute('aria-readonly', 'true');
      await text.click();
      await ada.page.keyboard.type('I was here');
      expect(await textOf(field)).toBe('');
      await expect(field).toHaveAttribute('status', 'view-only');
    }
    await expect(editor.getByRole('toolbar')).toBeHidden();
  });
});
