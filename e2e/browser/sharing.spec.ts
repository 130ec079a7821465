import { expectNoViolations } from './axe.ts';
import { CommentsPanel } from './comments-panel.ts';
import { expect, test } from './fixtures.ts';
import { ShareDialog } from './share-dialog.ts';
import { linkFor, SECRETS } from './token-link.ts';

test.describe('a share link', () => {
  test('[G6] lets its reader read and not write, until its owner revokes it: the open tab says so, and nobody else notices', async ({
    ada,
    ben,
    invite,
  }) => {
    await ada.editor.open('plan');
    await ada.editor.title.fill('Plan');
    await ada.editor.write('For your eyes. ');
    await ada.editor.expectSaved();
    await ada.editor.shareButton.click();
    const share = new ShareDialog(ada.page);
    await expect(share.dialog.getByText('There are none yet.')).toBeVisible();
    const readerLink = await share.create('can view', 'For Ben');
    await share.dialog.getByRole('button', { name: 'Another link' }).click();
    const editorLink = await share.create('can edit', 'For Cleo');
    await expect(share.links).toHaveCount(2);

    await ben.page.goto(readerLink);
    await ben.editor.expectText('For your eyes. ');
    expect(ben.page.url()).not.toContain('token');
    await expect(ben.editor.saveState).toHaveText('View only');
    await expect(ben.editor.text).not.toBeEditable();
    await expect(ben.editor.shareButton).toBeHidden();
    await expect(ben.page.getByRole('button', { name: 'Copy link' })).toBeVisible();
    const cleo = await invite('Cleo');
    await cleo.page.goto(editorLink);
    await cleo.editor.write('And mine. ');
    await cleo.editor.expectSaved();
    await ben.editor.expectText('For your eyes. And mine. ');

    await share.revoke('For Ben: can view');
    await expect(ben.page.getByRole('alert')).toContainText('this link was revoked, or has expired');
    await ben.editor.expectText('For your eyes. And mine. ');
    await share.closeButton.click();
    await ada.editor.write('Without Ben.');
    await cleo.editor.expectText('For your eyes. And mine. Without Ben.');
    await cleo.editor.expectSaved();
    await ben.editor.expectText('For your eyes. And mine. ');

    await ben.page.goto(readerLink);
    await ben.page.reload();
    await expect(ben.page.getByRole('alert')).toContainText('this link was revoked, or has expired');
    await expect(ben.page.getByRole('alert')).toContainText('can let you in');
  });

  test('[G6] lets a commenter comment, and write nothing else', async ({ ada, ben }) => {
    await ada.editor.open('plan');
    await ada.editor.write('A bold claim. ');
    await ada.editor.expectSaved();
    await ada.editor.shareButton.click();
    const link = await new ShareDialog(ada.page).create('can comment', 'For Ben');
    await ben.page.goto(link);
    await ben.editor.expectText('A bold claim. ');
    await expect(ben.editor.text).not.toBeEditable();
    await expect(ben.editor.saveState).toHaveText('Comment only');
    const bens = new CommentsPanel(ben.page);
    await bens.button.click();
    await bens.panel.getByRole('textbox', { name: 'Comment on the document' }).fill('Says who?');
    await ben.page.keyboard.press('Control+Enter');
    await expect(bens.panel).toContainText('Says who?');
    await ada.page.keyboard.press('Escape');
    await expect(new CommentsPanel(ada.page).button).toHaveAccessibleName('Comments (1)');
    await ada.editor.expectText('A bold claim. ');
  });

  test('is copied, and told of, in front of everything else, where the page did not come over TLS too', async ({
    ada,
  }) => {
    await ada.page.addInitScript(() => Object.defineProperty(navigator, 'clipboard', { value: undefined }));
    await ada.editor.open('plan');
    await ada.editor.write('Copied.');
    await ada.editor.expectSaved();
    await ada.editor.shareButton.click();
    const share = new ShareDialog(ada.page);
    await share.create('can view');
    await share.dialog.getByRole('button', { name: 'Copy link' }).click();
    await expect(share.dialog.getByRole('button', { name: 'Copied' })).toBeVisible();
    const toast = share.dialog.getByText('Link copied.');
    await expect(toast).toBeInViewport({ ratio: 1 });
    await expect(toast).toHaveCSS('color', 'rgb(255, 255, 255)');
  });

  test('says what keeps the links from being listed, and lists them once it can', async ({ ada, server }) => {
    await ada.editor.open('plan');
    await ada.editor.write('x');
    await expect(ada.editor.shareButton).toBeVisible();
    await ada.page.route(/\/links\?/, (route) => route.abort());
    await ada.editor.shareButton.click();
    const share = new ShareDialog(ada.page);
    await expect(share.dialog.getByRole('alert')).toContainText('can’t be reached');
    await expectNoViolations(ada.page);
    await ada.page.unroute(/\/links\?/);
    await share.dialog.getByRole('button', { name: 'Retry' }).click();
    await expect(share.dialog.getByText('There are none yet.')).toBeVisible();
    expect(server.log).not.toContain('"level":"error"');
  });
});

test.describe('where people sign in', () => {
  test.use({ serverOptions: { env: { QUIRE_JWT_SECRETS: SECRETS } } });

  test('[G6] owners share, and everybody else copies the address', async ({ ada, ben, server }) => {
    await ada.page.goto(linkFor(server, '--user', 'ada', '--grant', 'owner:**'));
    await ada.editor.open('plan');
    await ada.editor.write('x');
    await ada.editor.expectSaved();
    await expect(ada.editor.shareButton).toBeVisible();
    await ben.page.goto(linkFor(server, '--user', 'ben', '--grant', 'editor:**'));
    await ben.editor.open('plan');
    await ben.editor.expectText('x');
    await ben.editor.expectSaved();
    await expect(ben.page.getByRole('button', { name: 'Copy link' })).toBeVisible();
    await expect(ben.editor.shareButton).toBeHidden();
  });
});

for (const colorScheme of ['light', 'dark'] as const) {
  for (const [device, options] of [
    ['a desk', {}],
    ['a phone', { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true }],
  ] as const) {
    test.describe(`the share dialog in ${colorScheme} mode on ${device}`, () => {
      test.use({ browserOptions: { colorScheme, reducedMotion: 'reduce', ...options } });

      test('shows axe nothing to mend, empty, with a new link, with several, and while one is revoked', async ({
        ada,
      }) => {
        await ada.editor.open('plan');
        await ada.editor.write('x');
        await ada.editor.shareButton.click();
        const share = new ShareDialog(ada.page);
        await expect(share.dialog.getByText('There are none yet.')).toBeVisible();
        await expectNoViolations(ada.page);
        await share.create('can view');
        await expectNoViolations(ada.page);
        await share.dialog.getByRole('button', { name: 'Another link' }).click();
        await share.create(
          'can edit',
          'A label that is long enough to need more than the one line that it is given here',
        );
        await share.links
          .first()
          .getByRole('button', { name: /^Revoke “/ })
          .click();
        await expect(share.links.first().getByRole('button', { name: 'Keep' })).toBeVisible();
        await expect(share.closeButton).toBeInViewport({ ratio: 1 });
        await expectNoViolations(ada.page);
        await share.closeButton.click();
        await expect(share.dialog).toBeHidden();
        await expect(ada.editor.shareButton).toBeFocused();
      });
    });
  }
}
