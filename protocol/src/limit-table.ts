import { fixedBounds, type Limit, type LimitAnswer, limits } from './limits.ts';
import { putTable } from './marked-table.ts';

/** The table of limits in Markdown, for docs/protocol.md. */
export function writeLimitTable(): string {
  const rows = Object.entries<Limit>(limits).map(([setting, { what, answer, also = [], retry, metric }]) => {
    const besides = also.map((other) => `; ${other.when}: ${describe(other.answer)}`).join('');
    return `| \`${setting}\` | ${what} | ${describe(answer)}${besides} | ${retry} | ${metric === null ? '' : `\`${metric}\``} |`;
  });
  return [
    '| setting | of what | answer | when to try again | metric |',
    '| --- | --- | --- | --- | --- |',
    ...rows,
  ].join('\n');
}

/** The bounds that are no settings. */
export function writeFixedBounds(): string {
  const rows = fixedBounds.map(({ what, amount, answer, why }) => `| ${what} | ${amount} | ${answer} | ${why} |`);
  return ['| of what | at most | answer | why it is no setting |', '| --- | --- | --- | --- |', ...rows].join('\n');
}

/** Puts the current tables between their markers. */
export function renewLimitTable(page: string): string {
  return putTable(putTable(page, 'limits', writeLimitTable()), 'fixed-bounds', writeFixedBounds());
}

function describe(answer: LimitAnswer): string {
  switch (answer.kind) {
    case 'http':
      return `HTTP ${answer.status}, \`Retry-After: ${answer.retryAfterSeconds}\``;
    case 'close':
      return `${answer.code.code} \`${answer.code.name}\``;
    case 'pause':
      return 'reading stops until there is room';
    case 'counted':
      return 'others are told how many, not who';
    case 'problem':
      return `HTTP ${answer.status} \`${answer.code}\``;
    case 'event':
      return `the event is refused: \`${answer.refusal.code}\`, HTTP ${answer.refusal.status}`;
    case 'cut-off':
      return 'the socket ends';
    default:
      return answer satisfies never;
  }
}
