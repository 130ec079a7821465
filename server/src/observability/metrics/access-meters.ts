import { accessRefusals, nameAccessRefusal } from './label-values.ts';
import { Tally } from './tally.ts';

/** What the guard counts, at all doors. */
export class AccessMeters {
  readonly refusals = new Tally(accessRefusals);

  refused(code: { readonly name: string }): void {
    this.refusals.add(nameAccessRefusal(code.name));
  }
}
