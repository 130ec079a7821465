import type { At } from './at.ts';

/** Where something is on the screen. */
export type OnScreen = Pick<PointerEvent, 'clientX' | 'clientY'>;

export interface PinchOptions {
  readonly paper: Element;
  readonly signal: AbortSignal;
  boardAt(spot: OnScreen): At;
  /** Whether fingers are for the board, and not for the page. */
  mayLook(): boolean;
  /** A second finger came down. @returns whether it is a pinch, and nothing else goes on */
  takeOver(second: PointerEvent): boolean;
  onPan(dx: number, dy: number): void;
  onZoom(factor: number, at: At): void;
}

/** Fingers that touch are no nearer to each other than this, in pixels. */
const NEAREST = 1;

/**
 * Two fingers bring a board nearer and move it: what was between them when they came down stays there.
 *
 * @returns whether they do now
 */
export function followPinch({ paper, signal, boardAt, mayLook, takeOver, onPan, onZoom }: PinchOptions): () => boolean {
  const fingers = new Map<number, OnScreen>();
  let follow: (() => void) | null = null;

  const begin = () => {
    const grip = boardAt(measure(fingers).middle);
    let { distance: before } = measure(fingers);
    return () => {
      const { distance, middle } = measure(fingers);
      onZoom(distance / before, boardAt(middle));
      before = distance;
      const at = boardAt(middle);
      onPan(grip.x - at.x, grip.y - at.y);
    };
  };
  const spotOf = ({ clientX, clientY }: OnScreen): OnScreen => ({ clientX, clientY });

  const onDown = (event: PointerEvent) => {
    if (event.pointerType !== 'touch' || !mayLook()) return;
    fingers.set(event.pointerId, spotOf(event));
    if (fingers.size !== 2 || !takeOver(event)) return;
    event.preventDefault();
    follow = begin();
  };
  const onMove = (event: PointerEvent) => {
    if (!fingers.has(event.pointerId)) return;
    fingers.set(event.pointerId, spotOf(event));
    follow?.();
  };
  const onUp = (event: PointerEvent) => {
    if (!fingers.delete(event.pointerId)) return;
    // Of three fingers two are left, and hold the board elsewhere.
    follow = follow === null || fingers.size < 2 ? null : begin();
  };
  paper.addEventListener('pointerdown', (event) => onDown(event as PointerEvent), { signal });
  paper.addEventListener('pointermove', (event) => onMove(event as PointerEvent), { signal });
  for (const type of ['pointerup', 'pointercancel']) {
    paper.addEventListener(type, (event) => onUp(event as PointerEvent), { signal });
  }
  return () => follow !== null;
}

function measure(fingers: ReadonlyMap<number, OnScreen>): { readonly middle: OnScreen; readonly distance: number } {
  const [one = NOWHERE, other = NOWHERE] = [...fingers.values()];
  return {
    middle: { clientX: (one.clientX + other.clientX) / 2, clientY: (one.clientY + other.clientY) / 2 },
    distance: Math.max(NEAREST, Math.hypot(one.clientX - other.clientX, one.clientY - other.clientY)),
  };
}

const NOWHERE: OnScreen = { clientX: 0, clientY: 0 };
