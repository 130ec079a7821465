import { Distribution } from './distribution.ts';
import { lookupSources, questionOutcomes } from './label-values.ts';
import { metricTable } from './metric-table.ts';
import { Tally } from './tally.ts';

export type LookupSource = (typeof lookupSources)[number];
type QuestionOutcome = (typeof questionOutcomes)[number];

/** How whoever asks a backend stands at the moment. */
export interface WebhookState {
  waiting(): number;
  asked(): number;
  isCircuitOpen(): boolean;
}

const NOBODY_ASKS: WebhookState = { waiting: () => 0, asked: () => 0, isCircuitOpen: () => false };

/** What asking a backend who somebody is costs and yields; all of it 0 where none is asked. */
export class WebhookMeters {
  readonly lookups = new Tally(lookupSources);
  readonly questions = new Tally(questionOutcomes);
  readonly duration = new Distribution(metricTable.quire_auth_question_duration_seconds.buckets);
  state: WebhookState = NOBODY_ASKS;

  watch(state: WebhookState): void {
    this.state = state;
  }

  asked(outcome: QuestionOutcome, durationMs: number): void {
    this.questions.add(outcome);
    this.duration.observeMs(durationMs);
  }
}
