export interface FrameLoop {
  /** Draws with the next frame of the page, and goes on for as long as something moves. */
  wake(): void;
  close(): void;
}

/** @param draw says whether something is still on its way */
export function createFrameLoop(draw: () => boolean): FrameLoop {
  let frame: number | null = null;
  const wake = () => {
    frame ??= requestAnimationFrame(() => {
      frame = null;
      if (draw()) wake();
    });
  };
  return {
    wake,
    close() {
      if (frame !== null) cancelAnimationFrame(frame);
      frame = null;
    },
  };
}
