import { type Actor, expect, test } from './fixtures.ts';

const LEFT = 'abcdefghij'.repeat(4);
const RIGHT = 'klmnopqrst'.repeat(4);
/** From as fast as the browser takes keys to a fast writer's pace, where more of the other's letters come in between. */
const KEY_DELAYS_MS = [0, 10, 30];

const sorted = (text: string): string => [...text].sort().join('');

async function typeTogether(ada: Actor, ben: Actor, delay: number): Promise<void> {
  await Promise.all([ada.page.keyboard.type(LEFT, { delay }), ben.page.keyboard.type(RIGHT, { delay })]);
  await ada.editor.expectSaved();
  await ben.editor.expectSaved();
}

/** All letters of both, in both windows, and the same text in the two. */
async function expectLetters(ada: Actor, ben: Actor, text: string): Promise<void> {
  for (const { editor } of [ada, ben]) {
    await expect.poll(async () => sorted((await editor.plainText()).replaceAll('\n', ''))).toBe(sorted(text));
  }
  await ben.editor.expectText(await ada.editor.plainText());
}

test.describe('two people who begin to write at once', () => {
  test('[G2] lose and double no letter in the same empty paragraph', async ({ ada, ben }) => {
    await ada.editor.open('empty-paragraph');
    await ben.editor.open('empty-paragraph');
    await ada.editor.write('Together');
    let text = 'Together';
    for (const delay of KEY_DELAYS_MS) {
      await ada.editor.text.press('Control+End');
      await ada.page.keyboard.press('Enter');
      await ben.editor.expectText(await ada.editor.plainText());
      await ben.editor.text.press('Control+End');
      await typeTogether(ada, ben, delay);
      text += LEFT + RIGHT;
      await expectLetters(ada, ben, text);
    }
    expect((await ada.editor.plainText()).split('\n')).toHaveLength(1 + KEY_DELAYS_MS.length);
  });

  test('[G2] lose and double no letter in a new document', async ({ ada, ben }) => {
    await ada.editor.open('new-document');
    await ben.editor.open('new-document');
    await ada.editor.text.press('Control+End');
    await ben.editor.text.press('Control+End');
    await typeTogether(ada, ben, 10);
    await expectLetters(ada, ben, LEFT + RIGHT);
  });

  test('[G2] undo of a new paragraph takes it away again, and redo brings it back to write in', async ({
    ada,
    ben,
  }) => {
    await ada.editor.open('undo-paragraph');
    await ben.editor.open('undo-paragraph');
    await ada.editor.write('Together');
    await ada.page.keyboard.press('Enter');
    await ben.editor.expectText('Together\n');
    await ada.page.keyboard.press('Control+z');
    await ada.editor.expectText('Together');
    await ben.editor.expectText('Together');
    await ada.page.keyboard.press('Control+Shift+z');
    await ben.editor.expectText('Together\n');
    await ada.editor.expectText('Together\n');
    await ada.editor.text.press('Control+End');
    await ben.editor.text.press('Control+End');
    await typeTogether(ada, ben, 10);
    await expectLetters(ada, ben, `Together${LEFT}${RIGHT}`);
  });
});
