import { expect, test } from './fixtures.ts';
import { type PageServer, servePages } from './page-server.ts';

let site: PageServer;

test.afterEach(() => site.close());

const WEST = [53.54, 9.97] as const;
const EAST = [53.54, 9.99] as const;

interface MapElement extends HTMLElement {
  setPosition(lat: number, lng: number): void;
}

test('somebody who moves on a map is drawn on their way there, on the other’s screen', async ({ ada, ben, server }) => {
  const pageFor = (name: string) => ({
    html: `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<title>A map</title>
<script type="module" src="${server.url}/widgets/quire.js"></script>
<body><quire-map server="${server.url}" document="city" name="${name}" center="53.54, 9.98" zoom="14"></quire-map></body>
</html>`,
  });
  site = await servePages({ '/ada': pageFor('Ada'), '/ben': pageFor('Ben') });
  for (const [{ page }, path] of [
    [ada, '/ada'],
    [ben, '/ben'],
  ] as const) {
    await page.goto(`${site.url}${path}`);
    await expect(page.locator('quire-map')).toHaveAttribute('status', 'saved');
  }
  const move = ([lat, lng]: readonly [number, number]) =>
    ada.page.locator('quire-map').evaluate((map, [y, x]) => (map as MapElement).setPosition(y, x), [lat, lng] as const);
  const pin = ben.page.locator('quire-map .pin');
  const isAt = async () => (await pin.boundingBox())?.x ?? Number.NaN;

  /** Where it is once it is drawn where it was said to be, and no longer moves. */
  const restAt = async (lng: number): Promise<number> => {
    const said = () =>
      ben.page
        .locator('quire-map')
        .evaluate(
          (map) => (map as MapElement & { positions: { position: { lng: number } }[] }).positions[0]?.position.lng,
        );
    await expect.poll(said).toBe(lng);
    let at = await isAt();
    await expect
      .poll(async () => {
        const before = at;
        await ben.page.evaluate(() => new Promise((resolve) => requestAnimationFrame(resolve)));
        at = await isAt();
        return at - before;
      })
      .toBe(0);
    return at;
  };

  await move(WEST);
  await expect(pin).toBeVisible();
  let from = await restAt(WEST[1]);
  // Every place in which it is drawn.
  const drawn = await pin.evaluateHandle((element) => {
    const places: number[] = [];
    new MutationObserver(() => places.push(element.getBoundingClientRect().x)).observe(element, {
      attributes: true,
      attributeFilter: ['style'],
    });
    return places;
  });
  // A machine that has much else to do may draw only where it ends: there and back, until it is seen on its way.
  let isEastward = false;
  let between: number[] = [];
  await expect(async () => {
    isEastward = !isEastward;
    await drawn.evaluate((places) => places.splice(0));
    await move(isEastward ? EAST : WEST);
    const to = await restAt(isEastward ? EAST[1] : WEST[1]);
    expect(Math.abs(to - from)).toBeGreaterThan(100);
    const [left, right] = [Math.min(from, to), Math.max(from, to)];
    from = to;
    between = (await drawn.jsonValue()).filter((x) => x > left + 1 && x < right - 1);
    expect(between.length).toBeGreaterThan(0);
  }).toPass({ timeout: 40_000 });
  expect(between).toEqual(between.toSorted((one, other) => (isEastward ? one - other : other - one)));
});
