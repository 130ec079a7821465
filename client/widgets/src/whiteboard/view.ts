/** The part of the board that is shown, in its units. */
export interface View {
  readonly x: number;
  readonly y: number;
  /** 1 shows the whole board. */
  readonly zoom: number;
}

/** The same for everybody, whatever their screens: two people see one board. */
export const BOARD_WIDTH = 1_600;
export const BOARD_HEIGHT = 1_000;
export const MAX_ZOOM = 8;
export const ZOOM_STEP = 1.5;

export const wholeBoard: View = { x: 0, y: 0, zoom: 1 };

/** What was at a place stays there. */
export function zoomAt(view: View, factor: number, at: { readonly x: number; readonly y: number }): View {
  const zoom = Math.min(Math.max(view.zoom * factor, 1), MAX_ZOOM);
  const kept = view.zoom / zoom;
  return keepOnBoard({ zoom, x: at.x - (at.x - view.x) * kept, y: at.y - (at.y - view.y) * kept });
}

export function pan(view: View, dx: number, dy: number): View {
  return keepOnBoard({ ...view, x: view.x + dx, y: view.y + dy });
}

/** Moves no further than it takes to have a place in sight. */
export function reveal({ x, y, zoom }: View, at: { readonly x: number; readonly y: number }): View {
  const [width, height] = [BOARD_WIDTH / zoom, BOARD_HEIGHT / zoom];
  return keepOnBoard({
    zoom,
    x: Math.min(Math.max(x, at.x - width), at.x),
    y: Math.min(Math.max(y, at.y - height), at.y),
  });
}

export function middleOf({ x, y, zoom }: View): { readonly x: number; readonly y: number } {
  return { x: x + BOARD_WIDTH / zoom / 2, y: y + BOARD_HEIGHT / zoom / 2 };
}

export function viewBox({ x, y, zoom }: View): string {
  return `${x} ${y} ${BOARD_WIDTH / zoom} ${BOARD_HEIGHT / zoom}`;
}

function keepOnBoard({ x, y, zoom }: View): View {
  return {
    zoom,
    x: Math.min(Math.max(x, 0), BOARD_WIDTH - BOARD_WIDTH / zoom),
    y: Math.min(Math.max(y, 0), BOARD_HEIGHT - BOARD_HEIGHT / zoom),
  };
}
