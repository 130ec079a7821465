import { expect, test } from 'vitest';
import { parseView } from './read-view.ts';

test('a view is a place and how near it is; without a place there is none, without the rest there is one all the same', () => {
  expect(parseView('52.52, 13.4', '9')).toEqual({ center: [52.52, 13.4], zoom: 9 });
  for (const zoom of [null, 'near', '-1', '99'])
    expect(parseView('0,-180', zoom)).toEqual({ center: [0, -180], zoom: 12 });
  for (const center of [null, '', '52', '52,', 'here, there', '91,0', '1,2,3'])
    expect(parseView(center, '9')).toBeNull();
});
