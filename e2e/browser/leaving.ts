import { type Actor, expect } from './fixtures.ts';

/** One closes the tab, and leaves the other's screen, caret included (G7). */
export async function expectPromptLeave({ ada, ben }: { readonly ada: Actor; readonly ben: Actor }): Promise<void> {
  await ada.editor.open('leaving');
  await ben.editor.open('leaving');
  await ben.editor.write('here');
  await expect(ada.editor.person('Ben')).toBeVisible();
  await expect(ada.editor.caretOf('Ben')).toBeVisible();
  await ben.page.close();
  // G7's second, which the suite's ordinary patience would hide.
  const timeout = 1_000;
  await Promise.all([
    expect(ada.editor.person('Ben')).toBeHidden({ timeout }),
    expect(ada.editor.caretOf('Ben')).toBeHidden({ timeout }),
  ]);
  await ada.editor.expectText('here');
}
