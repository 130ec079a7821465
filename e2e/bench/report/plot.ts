import { formatNumber } from './summary.ts';

export interface Bar {
  readonly label: string;
  readonly value: number;
  readonly min: number;
  readonly max: number;
  /** Quire's own bars stand out. */
  readonly isOurs: boolean;
}

export interface BarPlot {
  readonly title: string;
  /** What is better, and what bar and line are. */
  readonly caption: string;
  /** What the axis counts. */
  readonly unit: string;
  readonly bars: readonly Bar[];
}

const WIDTH = 720;
const LABEL_WIDTH = 200;
const VALUE_WIDTH = 110;
const BAR_HEIGHT = 22;
const ROW_HEIGHT = 32;
const MARGIN = 10;
const HEAD_HEIGHT = 60;
const FOOT_HEIGHT = 36;
const MOST_TICKS = 5;

/**
 * Horizontal bars of medians, with a line from the smallest to the largest. On a ground of its own, since a page may be dark
 * where the system is not.
 */
export function drawBars({ title, caption, unit, bars }: BarPlot): string {
  const height = HEAD_HEIGHT + bars.length * ROW_HEIGHT + FOOT_HEIGHT;
  const largest = Math.max(...bars.map(({ max }) => max), Number.MIN_VALUE);
  const scale = (WIDTH - LABEL_WIDTH - VALUE_WIDTH) / largest;
  const axis = drawAxis(ticksUpTo(largest), unit, HEAD_HEIGHT + bars.length * ROW_HEIGHT, scale);
  const rows = bars.map((bar, index) => drawBar(bar, HEAD_HEIGHT + index * ROW_HEIGHT, scale));
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" width="${WIDTH}" height="${height}" role="img" aria-label="${escapeText(title)}">
<style>
text { font: 13px system-ui, sans-serif; fill: #57606a; }
.title { font-size: 15px; font-weight: 600; fill: #24292f; }
.value { font-variant-numeric: tabular-nums; }
.page { fill: #fff; } .grid { stroke: #d8dee4; } .tick { font-size: 11px; }
.bar { fill: #8c96a5; } .ours { fill: #4f46e5; } .range { stroke: #1f2328; stroke-width: 1.5; } .halo { stroke: #fff; stroke-width: 4.5; }
@media (prefers-color-scheme: dark) {
  text { fill: #9aa4b2; } .title { fill: #e6edf3; } .page { fill: #0d1117; } .grid { stroke: #30363d; }
  .bar { fill: #6e7886; } .ours { fill: #818cf8; } .range { stroke: #f0f6fc; } .halo { stroke: #0d1117; }
}
</style>
<rect class="page" width="${WIDTH}" height="${height}" rx="6" />
<text class="title" x="${MARGIN}" y="22">${escapeText(title)}</text>
<text x="${MARGIN}" y="42">${escapeText(caption)}</text>
${axis}
${rows.join('\n')}
</svg>
`;
}

/** From 0, in steps that people count in. */
export function ticksUpTo(largest: number): number[] {
  const power = 10 ** Math.floor(Math.log10(largest / MOST_TICKS));
  const step =
    [1, 2, 2.5, 5, 10].map((factor) => factor * power).find((each) => largest / each <= MOST_TICKS) ?? largest;
  return Array.from({ length: Math.floor(largest / step) + 1 }, (_, index) => index * step);
}

function drawAxis(ticks: readonly number[], unit: string, y: number, scale: number): string {
  const marks = ticks.map((tick) => {
    const x = (LABEL_WIDTH + tick * scale).toFixed(1);
    return `<path class="grid" d="M${x} ${HEAD_HEIGHT - 6}V${y + 2}" /><text class="tick" x="${x}" y="${y + 18}" text-anchor="middle">${formatNumber(tick)}</text>`;
  });
  return `${marks.join('\n')}\n<text class="tick" x="${LABEL_WIDTH - 10}" y="${y + 18}" text-anchor="end">${escapeText(unit)}</text>`;
}

function drawBar({ label, value, min, max, isOurs }: Bar, y: number, scale: number): string {
  const middle = y + BAR_HEIGHT / 2;
  const x = (amount: number): string => (LABEL_WIDTH + amount * scale).toFixed(1);
  const line = `M${x(min)} ${middle}H${x(max)}M${x(min)} ${middle - 4}v8M${x(max)} ${middle - 4}v8`;
  const range = max > min ? `<path class="halo" d="${line}" /><path class="range" d="${line}" />` : '';
  return `<text x="${LABEL_WIDTH - 10}" y="${middle + 4}" text-anchor="end">${escapeText(label)}</text>
<rect class="bar${isOurs ? ' ours' : ''}" x="${LABEL_WIDTH}" y="${y}" width="${Math.max(1, value * scale).toFixed(1)}" height="${BAR_HEIGHT}" rx="3" />
${range}<text class="value" x="${(LABEL_WIDTH + max * scale + 8).toFixed(1)}" y="${middle + 4}">${formatNumber(value)}</text>`;
}

function escapeText(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');
}
