export interface Box {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}
export type Align = 'start' | 'center' | 'end';

const GAP_PX = 6;
const MARGIN_PX = 8;

/** Below the anchor, above it where there is no room below, and never outside the window. */
export function placePopover(
  anchor: Box,
  size: { readonly width: number; readonly height: number },
  view: { readonly width: number; readonly height: number },
  align: Align,
): { left: number; top: number } {
  const free = anchor.width - size.width;
  const wanted = anchor.left + (align === 'start' ? 0 : align === 'end' ? free : free / 2);
  const below = anchor.top + anchor.height + GAP_PX;
  const above = anchor.top - GAP_PX - size.height;
  const fitsBelow = below + size.height <= view.height - MARGIN_PX;
  const top = fitsBelow || above < MARGIN_PX ? below : above;
  return {
    left: clamp(wanted, MARGIN_PX, view.width - size.width - MARGIN_PX),
    top: clamp(top, MARGIN_PX, view.height - size.height - MARGIN_PX),
  };
}

function clamp(value: number, low: number, high: number): number {
  return Math.max(low, Math.min(value, high));
}
