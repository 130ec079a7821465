/** Between what lies over the text and the line that is being written. */
const MARGIN_PX = 16;

/** How much of the window lies beneath what sticks to its top, where no line should be written: it has words, which wrap. */
export function measureCoveredTop(): number {
  const bottoms = [...document.querySelectorAll('.editor-header, .toolbar, .trouble')]
    .map((element) => element.getBoundingClientRect())
    // On a phone the toolbar is at the bottom.
    .filter(({ top }) => top < window.innerHeight / 2)
    .map(({ bottom }) => bottom);
  return Math.max(0, ...bottoms) + MARGIN_PX;
}
