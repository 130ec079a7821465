import { CommentsPanel } from './comments-panel.ts';
import { expect, test } from './fixtures.ts';
import { linkFor, SECRETS } from './token-link.ts';

test.use({ serverOptions: { env: { QUIRE_JWT_SECRETS: SECRETS } } });

test.describe('a server that asks for tokens', () => {
  test('[G6] shows nobody anything without one, and says so', async ({ ada, server }) => {
    await ada.home.open();
    await expect(ada.page.getByRole('alert')).toContainText('You are not signed in');
    await ada.editor.open('plan');
    await expect(ada.page.getByRole('alert')).toContainText('you are not signed in');
    await expect(ada.page.getByRole('alert')).toContainText('whoever runs this server can give you one');
    await expect(ada.editor.text).toBeHidden();
    await expect(ada.editor.saveState).toBeHidden();
    await ada.page.goto(`${server.url}/bin`);
    await expect(ada.page.getByRole('alert')).toContainText('You are not signed in');
  });

  test('[G6] lets in who opens a link with one, for as long as the tab, and leaves nothing of it in the address', async ({
    ada,
    server,
  }) => {
    await ada.page.goto(linkFor(server, '--user', 'ada'));
    await expect(ada.page.getByRole('heading', { name: 'No documents yet' })).toBeVisible();
    expect(ada.page.url()).toBe(`${server.url}/`);
    await ada.home.newDocumentButton.click();
    await ada.editor.title.fill('Signed');
    await ada.editor.write('in');
    await ada.editor.expectSaved();
    await ada.page.reload();
    await ada.editor.expectText('in');
    const elsewhere = await ada.context.newPage();
    await elsewhere.goto(server.url);
    await expect(elsewhere.getByRole('alert')).toContainText('You are not signed in');
  });

  test('shows people to themselves as to the others, under the name that the server has for them', async ({
    ada,
    ben,
    server,
  }) => {
    await ada.page.goto(linkFor(server, '--user', 'ada', '--name', 'Ada Lovelace'));
    const self = ada.page.getByRole('button', { name: 'Ada Lovelace (you): change colour and theme' });
    await expect(self).toBeVisible();
    await ada.page.goto(`${server.url}/bin`);
    await expect(self).toBeVisible();
    await ben.page.goto(linkFor(server, '--user', 'ben'));
    await ada.editor.open('plan');
    const own = ada.page.getByRole('button', { name: /\(you\)/ });
    await ada.editor.write('Notes');
    await expect(own).toHaveAccessibleName('Ada Lovelace (you): change colour and theme');
    await ben.editor.open('plan');
    await expect(ben.editor.person('Ada Lovelace')).toBeVisible();
    await own.click();
    const dialog = ada.page.getByRole('dialog', { name: 'You' });
    await expect(dialog).toContainText('You are signed in as Ada Lovelace.');
    await expect(dialog.getByRole('textbox')).toHaveCount(0);
    await dialog.getByRole('radio', { name: 'Teal' }).check();
    await expect(own).toHaveAccessibleName('Ada Lovelace (you): change colour and theme');
  });

  test('asks once who somebody is, for their name and for what is theirs among the comments alike', async ({
    ada,
    server,
  }) => {
    const comments = new CommentsPanel(ada.page);
    let questions = 0;
    ada.page.on('request', (request) => {
      if (request.method() === 'GET' && request.url().includes('/threads')) questions += 1;
    });
    await ada.page.goto(linkFor(server, '--user', 'ada', '--name', 'Ada Lovelace'));
    await ada.editor.open('plan');
    await ada.editor.write('Notes');
    await expect(ada.page.getByRole('button', { name: /\(you\)/ })).toHaveAccessibleName(/^Ada Lovelace \(you\)/);
    const whenNamed = questions;
    expect(whenNamed).toBeGreaterThan(0);
    await comments.button.click();
    await comments.panel.getByRole('textbox', { name: 'Comment on the document' }).fill('Mine');
    await comments.panel.getByRole('button', { name: 'Comment', exact: true }).click();
    await expect(comments.thread('Ada Lovelace').getByRole('button', { name: /^More for the comment/ })).toBeVisible();
    expect(questions).toBe(whenNamed);
  });

  test('[G6] holds each to what their grants say', async ({ ada, ben, server }) => {
    await ada.page.goto(linkFor(server, '--user', 'ada', '--grant', 'editor:**'));
    await ada.editor.open('team/plan');
    await ada.editor.title.fill('Plan');
    await ada.editor.write('for all');
    await ada.editor.expectSaved();
    await ada.editor.open('ada/diary');
    await ada.editor.title.fill('Diary');
    await ada.editor.expectSaved();
    await ben.page.goto(linkFor(server, '--user', 'ben', '--grant', 'reader:team/*'));
    await expect(ben.home.link('Plan')).toBeVisible();
    await expect(ben.home.link('Diary')).toBeHidden();
    await ben.home.link('Plan').click();
    await ben.editor.expectText('for all');
    await expect(ben.editor.saveState).toHaveText('View only');
    await ben.editor.open('ada/diary');
    await expect(ben.page.getByRole('alert')).toContainText('you have no access to this document');
  });

  test('[G6] ends with the token: the text stays in sight, nobody types into it any more, and it is not called saved', async ({
    ada,
    server,
  }) => {
    await ada.page.goto(linkFor(server, '--user', 'ada', '--expires', '8s'));
    await ada.editor.open('plan');
    await ada.editor.write('in time');
    await ada.editor.expectSaved();
    await expect(ada.page.getByRole('alert')).toContainText('you are not signed in', { timeout: 20_000 });
    await expect(ada.editor.saveState).not.toHaveText('Saved');
    await expect(ada.editor.text).toHaveAttribute('contenteditable', 'false');
    await ada.editor.expectText('in time');
  });

  test('[G6] ends when it is taken back: the open page says so within seconds, and nobody else’s does', async ({
    ada,
    ben,
    server,
  }) => {
    await ada.page.goto(linkFor(server, '--user', 'ada'));
    await ben.page.goto(linkFor(server, '--user', 'ben'));
    await ada.editor.open('plan');
    await ben.editor.open('plan');
    await ada.editor.write('both ');
    await ben.editor.expectText('both ');
    const backend = new URL(linkFor(server, '--user', 'backend', '--grant', 'owner:**')).hash.slice('#token='.length);
    const revoked = await ada.page.request.post(`${server.url}/v1/revocations`, {
      headers: { Authorization: `Bearer ${backend}` },
      data: { user: 'ada', issuedBefore: new Date(Date.now() + 2_000).toISOString() },
    });
    expect(revoked.status()).toBe(201);
    await expect(ada.page.getByRole('alert')).toContainText('your access was taken back');
    await expect(ada.editor.text).toHaveAttribute('contenteditable', 'false');
    await ben.editor.write('one');
    await ben.editor.expectSaved();
    await ada.editor.expectText('both ');
  });
});
