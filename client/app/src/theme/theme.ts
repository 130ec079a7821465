import { createSetting, openStorage, type Setting } from '../settings/setting.ts';

export const themeChoices = ['auto', 'light', 'dark'] as const;
export type ThemeChoice = (typeof themeChoices)[number];

/** Also read by public/theme.js, before the first paint. */
const THEME_KEY = 'quire.theme';

export const theme: Setting<ThemeChoice> = createSetting({
  key: THEME_KEY,
  storage: openStorage(),
  parse: (stored) => themeChoices.find((choice) => choice === stored) ?? null,
  initial: (): ThemeChoice => 'auto',
  otherTabs: globalThis.window,
});

export function applyTheme(choice: ThemeChoice, { dataset }: HTMLElement = document.documentElement): void {
  if (choice === 'auto') delete dataset.theme;
  else dataset.theme = choice;
}
