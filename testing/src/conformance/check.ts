import type { DialectName } from './dialect.ts';
import type { Stage } from './stage.ts';

/** Those that can be seen from outside; G5 needs a disk that fails, and G8 the history of one server. */
export type Guarantee = 'G1' | 'G2' | 'G3' | 'G4' | 'G6' | 'G7';

/** What whoever runs the suite has to give it for a check. */
export type Need = 'operator' | 'another-person' | 'reader-token';

/** One thing that a client can rely on, or not. */
export interface Check {
  /** As `--only` takes it. */
  readonly id: string;
  readonly guarantee: Guarantee;
  /** The rule, as a sentence. */
  readonly title: string;
  readonly does: string;
  readonly passes: string;
  /** Left out: both. */
  readonly dialects?: readonly DialectName[];
  readonly needs?: readonly Need[];
  /** @throws {CheckFailure} when the rule is broken, {@link NotCheckable} when that can't be seen */
  run(stage: Stage): Promise<void>;
}
