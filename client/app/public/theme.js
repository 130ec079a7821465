// Runs before the first paint, so that a chosen theme never flashes in the other one. A file of its own because the
// content security policy allows no inline scripts. The key and the values are those of src/theme/theme.ts.
try {
  const chosen = localStorage.getItem('quire.theme');
  if (chosen === 'light' || chosen === 'dark') document.documentElement.dataset.theme = chosen;
} catch {
  // Storage can be forbidden; the system's theme is the right one then.
}
