import type { Stroke } from './board.ts';
import { outlinePath } from './outline-path.ts';
import { BOARD_HEIGHT, BOARD_WIDTH, viewBox, wholeBoard } from './view.ts';

/** The board as a file. Colours and numbers of strokes are checked when they are read, so there is nothing else in it. */
export function writeSvg(strokes: readonly Stroke[]): string {
  const paths = strokes.map((stroke) => `<path fill="${stroke.color}" d="${outlinePath(stroke)}"/>`);
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${BOARD_WIDTH}" height="${BOARD_HEIGHT}" viewBox="${viewBox(wholeBoard)}">`,
    ...paths,
    '</svg>',
  ].join('\n');
}
