/**
 * Tells the style sheet how much of the window the on-screen keyboard covers, for the toolbar at the bottom. Needed on iOS
 * only; elsewhere the window itself shrinks (`interactive-widget` in index.html) and the inset is zero.
 */
export function followKeyboard(): () => void {
  const viewport = window.visualViewport;
  if (viewport === null) return () => undefined;
  const { style } = document.documentElement;
  const measure = () => {
    const covered = Math.max(0, window.innerHeight - viewport.height - viewport.offsetTop);
    style.setProperty('--keyboard-inset', `${Math.round(covered)}px`);
  };
  viewport.addEventListener('resize', measure);
  viewport.addEventListener('scroll', measure);
  return () => {
    viewport.removeEventListener('resize', measure);
    viewport.removeEventListener('scroll', measure);
    style.removeProperty('--keyboard-inset');
  };
}
