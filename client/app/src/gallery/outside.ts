export interface BackendEvent {
  readonly name: string;
  readonly data: unknown;
}

interface Backend {
  /** On its button. */
  readonly label: string;
  /** What it says next, having said something so often. */
  say(count: number): readonly BackendEvent[];
}

interface Walk {
  readonly label: string;
  /** Where they are after so many steps. */
  at(steps: number): readonly [latitude: number, longitude: number];
}

const symbols = [
  { symbol: 'QRE', start: 184.2, swing: 2.4 },
  { symbol: 'OAK', start: 42.75, swing: 0.6 },
] as const;

const notices = [
  { title: 'Order 17 was created', body: 'Three sheets, to be bound by Friday.', severity: 'info' },
  { title: 'Order 17 is bound', body: 'It waits at the counter.', href: '/', severity: 'success' },
  { title: 'Paper is running out', body: 'Forty sheets are left.', severity: 'warning' },
  { title: 'The press has stopped', severity: 'error' },
] as const;

/** Elements that show what a backend says. */
export const backends: Readonly<Record<string, Backend>> = {
  'quire-ticker': {
    label: 'Send what is traded',
    say(count) {
      const quotes = symbols.map((_, index) => quote(index, count));
      return [
        { name: 'quote', data: quotes },
        { name: 'book', data: { symbol: 'QRE', whole: true, ...levelsAround(quotes[0]?.price ?? 0, count) } },
      ];
    },
  },
  'quire-notifications': {
    label: 'Send a notification',
    say: (count) => [{ name: 'notification', data: notices[count % notices.length] }],
  },
};

/** Elements that a page tells where its person is: across the harbour of Hamburg and back. */
export const walks: Readonly<Record<string, Walk>> = {
  'quire-map': {
    label: 'Move Ada',
    at(steps) {
      const turn = (steps * Math.PI) / 8;
      return [round(53.5413 - 0.004 * Math.cos(turn), 4), round(9.9841 + 0.01 * Math.sin(turn), 4)];
    },
  },
};

/** Up and down, the same whenever it is asked. */
function quote(index: number, count: number) {
  const { symbol, start, swing } = symbols[index] ?? symbols[0];
  const change = round(swing * Math.sin(count * 1.3 + index), 2);
  return { symbol, price: round(start + change, 2), change };
}

/** `[price, size]`, the best first. */
function levelsAround(price: number, count: number): Readonly<Record<'bids' | 'asks', readonly (readonly number[])[]>> {
  const side = (sign: number) =>
    [1, 2, 3].map((step) => [round(price + sign * step * 0.05, 2), (((count + step) * 7 * (3 + sign)) % 90) + 10]);
  return { bids: side(-1), asks: side(1) };
}

function round(value: number, digits: number): number {
  return Number(value.toFixed(digits));
}
