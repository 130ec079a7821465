/** What is drawn or moved goes to others so often: a line that grows, and a few edits a second. */
const SEND_EVERY_MS = 60;

/** What follows a hand for as long as it is on the board. */
export interface Pace {
  /** There is something new to show. */
  moved(): void;
  stop(): void;
}

/**
 * Shows this person what their hand does frame by frame, and others a few times a second.
 *
 * @param send called also while the hand rests
 */
export function keepPace({ show, send }: { show(): void; send(): void }): Pace {
  const sending = setInterval(send, SEND_EVERY_MS);
  let frame: number | null = null;
  const showFrame = () => {
    frame = null;
    show();
  };
  return {
    moved() {
      frame ??= requestAnimationFrame(showFrame);
    },
    stop() {
      clearInterval(sending);
      if (frame !== null) cancelAnimationFrame(frame);
    },
  };
}
