export type { Held } from './base/held.ts';
export { define, QuireElement } from './base/quire-element.ts';
