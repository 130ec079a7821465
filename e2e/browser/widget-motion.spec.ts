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

  await move(WEST);
  await expect(pin).toBeVisible();
  const west = await isAt();
  // Every place in which it is drawn.
  const drawn = await pin.evaluateHandle((element) => {
    const places: number[] = [];
    new MutationObserver(() => places.push(element.getBoundingClientRect().x)).observe(element, {
      attributes: true,
      attributeFilter: ['style'],
    });
    return places;
  });
  await move(EAST);
  await expect.poll(isAt).toBeGreaterThan(west + 100);
  // At rest it is where it was said to be.
  const positions = () =>
    ben.page
      .locator('quire-map')
      .evaluate(
        (map) => (map as MapElement & { positions: { position: { lng: number } }[] }).positions[0]?.position.lng,
      );
  expect(await positions()).toBe(EAST[1]);
  await expect
    .poll(async () => {
      const before = await isAt();
      await ben.page.evaluate(() => new Promise((resolve) => requestAnimationFrame(resolve)));
      return (await isAt()) - before;
    })
    .toBe(0);
  const east = await isAt();
  const between = (await drawn.jsonValue()).filter((x) => x > west + 1 && x < east - 1);
  expect(between.length).toBeGreaterThan(0);
  expect(between).toEqual([...between].sort((one, other) => one - other));
});
