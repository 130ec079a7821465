import { Distribution } from './distribution.ts';
import { answerClasses, nameAnswer } from './label-values.ts';
import { metricTable } from './metric-table.ts';
import { Tally } from './tally.ts';

/** What the HTTP API counts, in place. */
export class HttpMeters {
  readonly answers = new Tally(answerClasses);
  readonly duration = new Distribution(metricTable.quire_http_request_duration_seconds.buckets);
  openRequests = 0;
  openReads = 0;
  bodyBytes = 0;

  began(): void {
    this.openRequests += 1;
  }

  answered(status: number, durationMs: number): void {
    this.openRequests -= 1;
    this.answers.add(nameAnswer(status));
    this.duration.observeMs(durationMs);
  }

  reading(reads: 1 | -1): void {
    this.openReads += reads;
  }

  held(bytes: number): void {
    this.bodyBytes += bytes;
  }
}
