import { svg } from './h.ts';

/** A picture of lines on a field of 24 by 24, in the colour of the text. Who shows it beside no word names what it is in. */
export function icon(...paths: readonly string[]): SVGSVGElement {
  return svg(
    'svg',
    { class: 'icon', viewBox: '0 0 24 24', 'aria-hidden': 'true' },
    ...paths.map((d) => svg('path', { d })),
  );
}
