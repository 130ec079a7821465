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
  /** Of the axis, with what is better. */
  readonly caption: string;
  readonly bars: readonly Bar[];
}

const WIDTH = 720;
const LABEL_WIDTH = 190;
const VALUE_WIDTH = 110;
const BAR_HEIGHT = 22;
const ROW_HEIGHT = 32;
const HEAD_HEIGHT = 56;
const FOOT_HEIGHT = 14;

/** Horizontal bars of medians, with a line from the smallest to the largest. Readable on light and on dark pages. */
export function drawBars({ title, caption, bars }: BarPlot): string {
  const height = HEAD_HEIGHT + bars.length * ROW_HEIGHT + FOOT_HEIGHT;
  const largest = Math.max(...bars.map(({ max }) => max), Number.MIN_VALUE);
  const scale = (WIDTH - LABEL_WIDTH - VALUE_WIDTH) / largest;
  const rows = bars.map((bar, index) => drawBar(bar, HEAD_HEIGHT + index * ROW_HEIGHT, scale));
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" width="${WIDTH}" height="${height}" role="img" aria-label="${escapeText(title)}">
<style>
text { font: 13px system-ui, sans-serif; fill: #57606a; }
.title { font-size: 15px; font-weight: 600; fill: #24292f; }
.value { font-variant-numeric: tabular-nums; }
.bar { fill: #b8c0cc; } .ours { fill: #4f46e5; } .range { stroke: #24292f; stroke-width: 1.5; }
@media (prefers-color-scheme: dark) {
  text { fill: #9aa4b2; } .title { fill: #e6edf3; } .bar { fill: #4b5563; } .ours { fill: #818cf8; } .range { stroke: #e6edf3; }
}
</style>
<text class="title" x="0" y="18">${escapeText(title)}</text>
<text x="0" y="38">${escapeText(caption)}</text>
${rows.join('\n')}
</svg>
`;
}

function drawBar({ label, value, min, max, isOurs }: Bar, y: number, scale: number): string {
  const middle = y + BAR_HEIGHT / 2;
  const x = (amount: number): string => (LABEL_WIDTH + amount * scale).toFixed(1);
  const range =
    max > min
      ? `<path class="range" d="M${x(min)} ${middle}H${x(max)}M${x(min)} ${middle - 4}v8M${x(max)} ${middle - 4}v8" />`
      : '';
  return `<text x="${LABEL_WIDTH - 10}" y="${middle + 4}" text-anchor="end">${escapeText(label)}</text>
<rect class="bar${isOurs ? ' ours' : ''}" x="${LABEL_WIDTH}" y="${y}" width="${Math.max(1, value * scale).toFixed(1)}" height="${BAR_HEIGHT}" rx="3" />
${range}<text class="value" x="${(LABEL_WIDTH + max * scale + 8).toFixed(1)}" y="${middle + 4}">${formatNumber(value)}</text>`;
}

function escapeText(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');
}
