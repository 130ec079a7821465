import { AxeBuilder } from '@axe-core/playwright';
import { expect, type Page } from '@playwright/test';

interface AxeOptions {
  /** A selector of what is not looked at. */
  readonly without?: string;
  /** The rules that are asked; left out, all. */
  readonly rules?: string[];
}

export async function expectNoViolations(page: Page, { without, rules }: AxeOptions = {}): Promise<void> {
  // Of what passes it is enough to know which rules did: where in the page costs as much as to look.
  const axe = new AxeBuilder({ page }).options({ resultTypes: ['violations'] });
  // Only what was found in several frames has to be put together, for which axe opens one more page at each look.
  if (page.frames().length === 1) axe.setLegacyMode();
  if (without !== undefined) axe.exclude(without);
  if (rules !== undefined) axe.withRules(rules);
  const { violations, passes } = await axe.analyze();
  expect(passes.length).toBeGreaterThan(rules === undefined ? 10 : 0);
  expect(violations.map(({ id, nodes }) => ({ id, nodes: nodes.map((node) => node.html) }))).toEqual([]);
}
