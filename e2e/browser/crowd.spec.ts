import { type HocuspocusPerson, joinWithHocuspocus } from '@quire/testing';
import { expectNoViolations } from './axe.ts';
import { expect, test } from './fixtures.ts';

const LISTED = 3;
const GUESTS = 6;

const PHONE = { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true };

test.use({ serverOptions: { env: { QUIRE_LIMITS_MAX_LISTED_PEOPLE: String(LISTED) } } });

function joinGuests(wsUrl: string, name: string): HocuspocusPerson[] {
  return Array.from({ length: GUESTS }, (_, index) => {
    const guest = joinWithHocuspocus(wsUrl, name);
    guest.provider.setAwarenessField('user', { name: `Guest ${index}`, color: '#0f67b8' });
    return guest;
  });
}

test.describe('more people than a document lists', () => {
  test('are counted beside those who are shown, and one who begins to write is shown', async ({ ada, server }) => {
    const { page, editor } = ada;
    await editor.open('crowd');
    await editor.write('Come in. ');
    await editor.expectSaved();
    const guests = joinGuests(server.wsUrl, 'crowd');
    try {
      // Ada writes, so she is one of the three; of six guests two are shown.
      const more = page.getByRole('button', { name: `${GUESTS - (LISTED - 1)} more people` });
      await expect(more).toHaveText('+4');
      await more.click();
      const everybody = page.getByRole('list', { name: 'Everybody here' });
      await expect(everybody.getByRole('button')).toHaveCount(LISTED - 1);
      await expect(everybody).toContainText('and 4 more people');
      const shown = await everybody.getByRole('button').allTextContents();
      const late = guests.findIndex((_, index) => !shown.some((text) => text.includes(`Guest ${index}`)));
      guests[late]?.doc.getText('notes').insert(0, 'x');
      await expect(everybody.getByRole('button', { name: `Guest ${late}` })).toBeVisible();
      await expect(everybody.getByRole('button')).toHaveCount(LISTED - 1);
      for (const guest of guests.splice(0, 4)) guest.leave();
      await expect(more).toBeHidden();
    } finally {
      for (const guest of guests) guest.leave();
    }
  });

  for (const colorScheme of ['light', 'dark'] as const) {
    test.describe(`on a phone in ${colorScheme} mode`, () => {
      test.use({ browserOptions: { ...PHONE, colorScheme, reducedMotion: 'reduce' } });

      test('are counted where there is room for one face, and axe finds nothing', async ({ ada, server }) => {
        const { page, editor } = ada;
        await editor.open('crowd');
        await editor.text.waitFor();
        const guests = joinGuests(server.wsUrl, 'crowd');
        try {
          const more = page.getByRole('button', { name: '5 more people' });
          await expect(more).toBeInViewport({ ratio: 1 });
          await more.click();
          await expect(page.getByRole('list', { name: 'Everybody here' })).toContainText('and 4 more people');
          await expectNoViolations(page);
        } finally {
          for (const guest of guests) guest.leave();
        }
      });
    });
  }
});
