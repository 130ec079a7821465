import type { CDPSession, Locator, Page } from '@playwright/test';
import { expect, test } from './fixtures.ts';
import { type PageServer, servePages } from './page-server.ts';

test.use({ browserOptions: { hasTouch: true } });

let site: PageServer;

test.beforeEach(async ({ server }) => {
  const html = `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<title>A board</title>
<script type="module" src="${server.url}/widgets/quire.js"></script>
<body><quire-whiteboard server="${server.url}" document="board" name="Ada"></quire-whiteboard></body>
</html>`;
  site = await servePages({ '/': { html } });
});

test.afterEach(() => site.close());

interface Spot {
  readonly x: number;
  readonly y: number;
}

async function open(page: Page): Promise<{ readonly paper: Locator; readonly at: (x: number, y: number) => Spot }> {
  await page.goto(site.url);
  const paper = page.getByRole('group', { name: /^Whiteboard/ });
  await expect(paper).toBeVisible();
  const box = await paper.boundingBox();
  if (box === null) throw new Error('the board is not on the screen');
  return { paper, at: (x, y) => ({ x: box.x + box.width * x, y: box.y + box.height * y }) };
}

function boardOf(page: Page): Locator {
  return page.locator('quire-whiteboard svg[part=board]');
}

/** What of the board is shown, in its units. */
async function viewOf(page: Page): Promise<{ readonly left: number; readonly top: number; readonly width: number }> {
  const [left = 0, top = 0, width = 0] = ((await boardOf(page).getAttribute('viewBox')) ?? '').split(' ').map(Number);
  return { left, top, width };
}

const EACH_SECONDS = 0.02;

/** Fingers, which Playwright has only one of. They are as quick as fingers are, however slow the machine is. */
class Fingers {
  readonly #session: CDPSession;
  #time = Date.now() / 1_000;

  constructor(session: CDPSession) {
    this.#session = session;
  }

  down(...spots: readonly Spot[]): Promise<unknown> {
    return this.#tell('touchStart', spots);
  }

  async move(from: readonly Spot[], to: readonly Spot[], steps = 5): Promise<void> {
    for (let step = 1; step <= steps; step += 1) {
      const part = step / steps;
      const spots = to.map(({ x, y }, at) => ({
        x: (from[at]?.x ?? x) * (1 - part) + x * part,
        y: (from[at]?.y ?? y) * (1 - part) + y * part,
      }));
      await this.#tell('touchMove', spots);
    }
  }

  up(): Promise<unknown> {
    return this.#tell('touchEnd', []);
  }

  #tell(type: 'touchStart' | 'touchMove' | 'touchEnd', spots: readonly Spot[]): Promise<unknown> {
    const touchPoints = spots.map(({ x, y }, id) => ({ x, y, id }));
    this.#time += EACH_SECONDS;
    return this.#session.send('Input.dispatchTouchEvent', { type, touchPoints, timestamp: this.#time });
  }
}

test('two fingers bring a board nearer, where they are, and move it, and what the first was about to draw is gone', async ({
  ada: { page, context },
}) => {
  const { paper, at } = await open(page);
  const fingers = new Fingers(await context.newCDPSession(page));
  const [one, other] = [at(0.4, 0.5), at(0.6, 0.5)];
  await fingers.down(one);
  await fingers.down(one, other);
  await fingers.move([one, other], [at(0.3, 0.5), at(0.7, 0.5)]);
  // Twice as far from each other: twice as near, around the middle between them.
  await expect
    .poll(() => viewOf(page))
    .toMatchObject({ width: expect.closeTo(800, -1), left: expect.closeTo(400, -1) });
  await fingers.move([at(0.3, 0.5), at(0.7, 0.5)], [at(0.2, 0.4), at(0.6, 0.4)]);
  await expect
    .poll(() => viewOf(page))
    .toMatchObject({
      width: expect.closeTo(800, -1),
      left: expect.closeTo(480, -1),
      top: expect.closeTo(300, -1),
    });
  await fingers.up();
  await expect(paper).toHaveAccessibleName('Whiteboard, empty');
  await expect(page.getByRole('button', { name: 'Undo' })).toHaveAttribute('aria-disabled', 'true');

  // One finger draws, also on what it was brought nearer to.
  await fingers.down(at(0.2, 0.2));
  await fingers.move([at(0.2, 0.2)], [at(0.4, 0.3)]);
  await fingers.up();
  await expect(paper).toHaveAccessibleName('Whiteboard, 1 stroke');
  const before = await viewOf(page);
  expect(before.width).toBeCloseTo(800, -1);

  await fingers.down(at(0.1, 0.5), at(0.9, 0.5));
  await fingers.move([at(0.1, 0.5), at(0.9, 0.5)], [at(0.4, 0.5), at(0.6, 0.5)]);
  await fingers.up();
  await expect.poll(() => viewOf(page)).toEqual({ left: 0, top: 0, width: 1_600 });
  await expect(paper).toHaveAccessibleName('Whiteboard, 1 stroke');
});

test('whoever has no hand for it draws, erases and takes back with the keyboard, and others see it', async ({
  ada: { page },
  ben,
}) => {
  const { paper, at } = await open(page);
  await ben.page.goto(site.url);
  const bens = ben.page.getByRole('group', { name: /^Whiteboard/ });
  const { keyboard } = page;
  const keys = paper.getByRole('status');
  const press = async (...each: readonly string[]) => {
    for (const key of each) await keyboard.press(key);
  };
  // Into the tools, and from them to the board.
  await press('Tab', ...Array<string>(5).fill('ArrowRight'));
  await expect(page.getByRole('radio', { name: 'Red' })).toBeFocused();
  await press('Enter', 'Tab');
  await expect(paper).toBeFocused();
  await expect(keys).toHaveText('Enter draws with the keyboard.');

  await press('Enter', 'Shift+ArrowLeft', 'Space');
  await expect(keys).toHaveText(/^Pen down/);
  await press('Shift+ArrowRight', 'Shift+ArrowDown', 'ArrowDown', 'Space');
  await expect(keys).toHaveText(/^Pen lifted/);
  await expect(bens).toHaveAccessibleName('Whiteboard, 1 stroke');
  const line = boardOf(ben.page).locator('path[fill="#b3261e"]').first();
  const [drawn, sheet] = [await line.boundingBox(), await bens.boundingBox()];
  const scale = (sheet?.width ?? 0) / 1_600;
  expect([(drawn?.width ?? 0) / scale, (drawn?.height ?? 0) / scale]).toEqual([
    expect.closeTo(160, -1.5),
    expect.closeTo(176, -1.5),
  ]);

  await press('Escape', 'Control+z');
  await expect(keys).toHaveText('Enter draws with the keyboard.');
  await expect(bens).toHaveAccessibleName('Whiteboard, empty');
  await press('Control+Shift+Z');
  await expect(bens).toHaveAccessibleName('Whiteboard, 1 stroke');

  await press('Shift+Tab', 'Home', 'ArrowRight', 'Enter', 'Tab', 'Enter');
  await expect(keys).toHaveText(/^Eraser lifted/);
  await press('Space', 'Shift+ArrowRight', 'Shift+ArrowLeft', 'Shift+ArrowLeft', 'Tab');
  await expect(bens).toHaveAccessibleName('Whiteboard, empty');
  await expect(keys).toHaveText('');

  // A mouse that comes down takes over: what the keys had begun is done.
  await press('Shift+Tab', 'Shift+Tab', 'Home', 'Enter', 'Tab', 'Enter', 'Space');
  await expect(keys).toHaveText(/^Pen down/);
  await page.mouse.move(at(0.2, 0.2).x, at(0.2, 0.2).y);
  await page.mouse.down();
  await page.mouse.move(at(0.3, 0.2).x, at(0.3, 0.2).y);
  await page.mouse.up();
  await expect(bens).toHaveAccessibleName('Whiteboard, 2 strokes');
  await expect(keys).not.toHaveText(/^Pen down/);
});

/** Where the only stroke of a board is, in the board's units. */
async function strokeOn(page: Page): Promise<Spot> {
  const line = boardOf(page).locator('path[fill]').first();
  return line.evaluate((path: SVGPathElement) => {
    const { x, y, width, height } = path.getBBox();
    const moved = path.transform.baseVal.consolidate()?.matrix ?? { e: 0, f: 0 };
    return { x: x + width / 2 + moved.e, y: y + height / 2 + moved.f };
  });
}

const near = (x: number, y: number): object => ({ x: expect.closeTo(x, -1.5), y: expect.closeTo(y, -1.5) });

test('[G2] a finger draws a stroke, and selects, moves and deletes one, and others see it', async ({
  ada: { page, context },
  ben,
}) => {
  const { paper, at } = await open(page);
  await ben.page.goto(site.url);
  const bens = ben.page.getByRole('group', { name: /^Whiteboard/ });
  const fingers = new Fingers(await context.newCDPSession(page));
  await fingers.down(at(0.2, 0.3));
  await fingers.move([at(0.2, 0.3)], [at(0.4, 0.3)]);
  await fingers.up();
  await expect(bens).toHaveAccessibleName('Whiteboard, 1 stroke');
  await expect.poll(() => strokeOn(ben.page)).toEqual(near(480, 300));

  const selecting = page.getByRole('button', { name: 'Select and move' });
  await selecting.click();
  await expect(selecting).toHaveAttribute('aria-pressed', 'true');
  const remove = page.getByRole('button', { name: 'Delete what is selected' });
  await expect(remove).toHaveAttribute('aria-disabled', 'true');
  // Beside it by less than a finger is wide, and moved while others look on.
  const grip = { x: at(0.3, 0.3).x, y: at(0.3, 0.3).y + 12 };
  await fingers.down(grip);
  await fingers.move([grip], [at(0.5, 0.5)]);
  await expect.poll(() => strokeOn(ben.page)).not.toEqual(near(480, 300));
  await fingers.move([at(0.5, 0.5)], [at(0.6, 0.7)]);
  await fingers.up();
  await expect.poll(async () => (await strokeOn(ben.page)).x).toBeCloseTo(960, -1.5);
  expect(await strokeOn(page)).toEqual(await strokeOn(ben.page));
  await expect(remove).toHaveAttribute('aria-disabled', 'false');

  // Two fingers bring it nearer, and move nothing of what is selected.
  const before = await strokeOn(page);
  await fingers.down(at(0.6, 0.65));
  await fingers.down(at(0.6, 0.65), at(0.8, 0.65));
  await fingers.move([at(0.6, 0.65), at(0.8, 0.65)], [at(0.5, 0.65), at(0.9, 0.65)]);
  await fingers.up();
  await expect.poll(async () => (await viewOf(page)).width).toBeLessThan(1_000);
  expect([await strokeOn(page), await strokeOn(ben.page)]).toEqual([before, before]);

  await remove.click();
  await expect(bens).toHaveAccessibleName('Whiteboard, empty');
  await page.getByRole('button', { name: 'Undo' }).click();
  await expect(bens).toHaveAccessibleName('Whiteboard, 1 stroke');
  expect(await strokeOn(ben.page)).toEqual(before);
  await page.getByRole('button', { name: 'Undo' }).click();
  await expect.poll(() => strokeOn(ben.page)).toEqual(near(480, 300));
  await expect(paper).toHaveAccessibleName('Whiteboard, 1 stroke');
});

test('[G2] whoever has no hand for it selects, moves and deletes with the keyboard what another has drawn', async ({
  ada: { page },
  ben,
}) => {
  const { paper } = await open(page);
  await ben.page.goto(site.url);
  const bens = ben.page.getByRole('group', { name: /^Whiteboard/ });
  const box = await bens.boundingBox();
  if (box === null) throw new Error('the board is not on the screen');
  for (const x of [0.25, 0.5]) {
    await ben.page.mouse.move(box.x + box.width * x, box.y + box.height * 0.25);
    await ben.page.mouse.down();
    await ben.page.mouse.move(box.x + box.width * x, box.y + box.height * 0.35);
    await ben.page.mouse.up();
  }
  await expect(paper).toHaveAccessibleName('Whiteboard, 2 strokes');

  const press = async (...each: readonly string[]) => {
    for (const key of each) await page.keyboard.press(key);
  };
  const keys = paper.getByRole('status');
  await press('Tab', 'ArrowRight', 'ArrowRight');
  await expect(page.getByRole('button', { name: 'Select and move' })).toBeFocused();
  await press('Enter', 'Tab');
  await expect(paper).toBeFocused();
  await expect(keys).toHaveText(/^Enter selects a stroke/);
  await press('Enter');
  await expect(keys).toHaveText(/^Stroke 1 of 2 selected/);
  await press('Shift+ArrowRight', 'Shift+ArrowDown', 'ArrowDown');
  await expect.poll(() => strokeOn(ben.page)).toEqual(near(560, 476));
  await expect(keys).toHaveText(/^Stroke 1 of 2 moved to 5\d\d of 1600 across, 4\d\d of 1000 down\.$/);
  await press(...Array<string>(4).fill('Shift+ArrowUp'));
  await expect(keys).toHaveText('Stroke 1 of 2 at the edge of the board: no further this way.');
  await press('Enter', 'Delete');
  await expect(bens).toHaveAccessibleName('Whiteboard, 1 stroke');
  await expect(keys).toHaveText(/^Enter selects a stroke/);
  await press('Control+z', 'Control+z');
  await expect(bens).toHaveAccessibleName('Whiteboard, 2 strokes');
  await expect.poll(() => strokeOn(ben.page)).toEqual(near(400, 300));
  await press('Control+a');
  await expect(keys).toHaveText(/^2 of 2 strokes selected/);
  await press('Escape');
  await expect(keys).toHaveText(/^Enter selects a stroke/);
});
