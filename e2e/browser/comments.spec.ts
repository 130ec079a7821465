import { expectNoViolations } from './axe.ts';
import { CommentsPanel } from './comments-panel.ts';
import { type Actor, expect, test } from './fixtures.ts';
import { linkFor, SECRETS } from './token-link.ts';

/** Selects the second word of the text by keys, as an editor can. */
async function selectSecondWord({ editor, page }: Actor): Promise<void> {
  await editor.text.press('Control+Home');
  await page.keyboard.press('Control+ArrowRight');
  await page.keyboard.press('Control+Shift+ArrowRight');
}

test.describe('comments', () => {
  test('are about the whole paragraph that somebody has selected by three clicks', async ({ ada }) => {
    const panel = new CommentsPanel(ada.page);
    await ada.editor.open('talk');
    await ada.editor.write('The quick fox\njumps over\nthe dog');
    await ada.editor.expectSaved();
    for (const [count, words] of ['jumps over', 'the dog', 'The quick fox'].entries()) {
      await ada.editor.text.getByText(words).click({ clickCount: 3 });
      await panel.comment(`About ${words}`);
      await expect(panel.highlights).toHaveCount(count + 1);
      await expect(panel.highlights.filter({ hasText: words })).toHaveText(words);
      await panel.panel.getByRole('button', { name: 'Close comments' }).click();
    }
  });

  test('one comments on a word, another answers and settles it, and the word shows it to both', async ({
    ada,
    ben,
  }) => {
    const [adas, bens] = [new CommentsPanel(ada.page), new CommentsPanel(ben.page)];
    await ada.editor.open('talk');
    await ada.editor.write('The quick fox');
    await ada.editor.expectSaved();
    await ben.editor.open('talk');
    await ben.editor.expectText('The quick fox');
    await selectSecondWord(ben);
    await bens.comment('Which one?');
    await expect(bens.thread('Ben')).toContainText('Which one?');
    await expect(bens.highlights).toContainText('quick');
    // Beside the page on a laptop, as wide as they are beside it on a large screen.
    expect((await bens.panel.boundingBox())?.width).toBe(340);

    await expect(adas.highlights).toContainText('quick');
    await expect(adas.button).toHaveAccessibleName('Comments (1)');
    await adas.highlights.click();
    await expect(adas.thread('Ben')).toContainText('Which one?');
    await adas.reply('Ben', 'The first.');
    await expect(bens.thread('Ben')).toContainText('The first.');

    await ada.editor.write(' jumps');
    await ben.editor.expectText('The quick fox jumps');
    await expect(bens.highlights).toContainText('quick');
    await bens.thread('Ben').getByRole('button', { name: 'Resolve' }).click();
    await expect(adas.highlights).toHaveCount(0);
    await expect(bens.highlights).toHaveCount(0);
    await adas.panel.getByRole('button', { name: 'Show resolved (1)' }).click();
    await adas.thread('Ben').getByRole('button', { name: 'Reopen' }).click();
    await expect(bens.highlights).toContainText('quick');
    await ada.editor.expectText('The quick fox jumps');
    await ada.editor.expectSaved();
  });

  test('are changed and taken back, on the document as a whole too', async ({ ada }) => {
    const { button, panel, thread } = bind(new CommentsPanel(ada.page));
    await ada.editor.open('alone');
    await ada.editor.write('Some words');
    await ada.editor.expectSaved();
    await button.click();
    await panel.getByRole('textbox', { name: 'Comment on the document' }).fill('Lovly');
    await ada.page.keyboard.press('Control+Enter');
    const more = thread('Ada').getByRole('button', { name: 'More for the comment by Ada' });
    await more.click();
    await ada.page.getByRole('menuitem', { name: 'Edit' }).click();
    await thread('Ada').getByRole('textbox', { name: 'Edit comment' }).fill('Lovely');
    await thread('Ada').getByRole('button', { name: 'Save' }).click();
    await expect(thread('Ada')).toContainText('Lovely');
    await expect(thread('Ada')).toContainText('edited');
    await more.click();
    await ada.page.getByRole('menuitem', { name: 'Delete' }).click();
    await expect(thread('Ada')).toHaveCount(0);
    // While the panel is open, what is selected is what the next comment is about.
    // The menu gives the focus back when it has gone: what was selected before that is selected no more.
    await expect(async () => {
      await selectSecondWord(ada);
      await expect(panel.getByRole('textbox', { name: 'Comment on this text' })).toBeVisible({ timeout: 2_000 });
    }).toPass();
    await expect(panel.getByRole('region', { name: 'New comment' })).toContainText('words');
    await ada.editor.text.press('End');
    await expect(panel.getByRole('textbox', { name: 'Comment on the document' })).toBeVisible();
  });
});

/** The parts of a panel, to be used without it. */
function bind(panel: CommentsPanel) {
  return { button: panel.button, panel: panel.panel, thread: (by: string) => panel.thread(by) };
}

test.describe('on a server that asks for tokens', () => {
  test.use({ serverOptions: { env: { QUIRE_JWT_SECRETS: SECRETS } } });

  test('[G6] a commenter comments on a text that they can’t change; a reader reads it', async ({
    ada,
    ben,
    invite,
    server,
  }) => {
    const rita = await invite('Rita');
    const [adas, bens, ritas] = [ada, ben, rita].map(({ page }) => new CommentsPanel(page)) as [
      CommentsPanel,
      CommentsPanel,
      CommentsPanel,
    ];
    await ada.page.goto(linkFor(server, '--user', 'ada', '--name', 'Ada', '--grant', 'editor:**'));
    await ada.editor.open('team/plan');
    await ada.editor.write('The quick fox');
    await ada.editor.expectSaved();

    await ben.page.goto(linkFor(server, '--user', 'ben', '--name', 'Ben', '--grant', 'commenter:team/*'));
    await ben.editor.open('team/plan');
    await ben.editor.expectText('The quick fox');
    await expect(ben.editor.text).not.toBeEditable();
    await ben.editor.text.getByText('The quick fox').selectText();
    await bens.comment('All of it?');
    await expect(adas.highlights).toContainText('The quick fox');
    await ada.editor.expectText('The quick fox');
    await adas.highlights.first().click();
    await expect(adas.thread('Ben')).toContainText('All of it?');

    await rita.page.goto(linkFor(server, '--user', 'rita', '--grant', 'reader:team/*'));
    await rita.editor.open('team/plan');
    await expect(ritas.highlights).toContainText('The quick fox');
    await ritas.button.click();
    await expect(ritas.thread('Ben')).toContainText('All of it?');
    await expect(ritas.panel.getByRole('textbox')).toHaveCount(0);
    await expect(ritas.thread('Ben').getByRole('button', { name: 'Resolve' })).toHaveCount(0);
  });
});

for (const colorScheme of ['light', 'dark'] as const) {
  for (const [device, viewport] of [
    ['a screen', { width: 1400, height: 900 }],
    ['a phone', { width: 390, height: 780 }],
  ] as const) {
    test.describe(`axe in ${colorScheme} mode on ${device} finds nothing`, () => {
      test.use({ browserOptions: { colorScheme, reducedMotion: 'reduce', viewport } });

      test('in comments, open and settled', async ({ ada }) => {
        const { panel, thread } = bind(new CommentsPanel(ada.page));
        await ada.editor.open('axe');
        await ada.editor.write('The quick fox');
        await ada.editor.expectSaved();
        await selectSecondWord(ada);
        await new CommentsPanel(ada.page).comment('Which one?');
        await expect(thread('Ada')).toContainText('Which one?');
        await expectNoViolations(ada.page);
        await thread('Ada').getByRole('button', { name: 'Resolve' }).click();
        await panel.getByRole('button', { name: 'Show resolved (1)' }).click();
        await expect(thread('Ada')).toContainText('Resolved by Ada');
        await expectNoViolations(ada.page);
      });
    });
  }
}
