interface Frame {
  readonly functionName: string;
  readonly url: string;
  readonly lineNumber: number;
}

/** The parts of V8's .cpuprofile that matter here. */
export interface CpuProfile {
  readonly nodes: readonly {
    readonly id: number;
    readonly callFrame: Frame;
    readonly children?: readonly number[];
  }[];
  readonly samples: readonly number[];
  readonly timeDeltas: readonly number[];
}

export interface Cost {
  readonly place: string;
  readonly selfMs: number;
  /** Of the time in which the process did anything. */
  readonly fraction: number;
}

export interface ProfileSummary {
  readonly busyMs: number;
  readonly functions: readonly Cost[];
  readonly packages: readonly Cost[];
}

const US_IN_MS = 1000;

/** Where a process spent its own time, by function and by package; what it slept is left out. */
export function summarizeProfile({ nodes, samples, timeDeltas }: CpuProfile): ProfileSummary {
  const frames = new Map(nodes.map(({ id, callFrame }) => [id, callFrame]));
  const callers = new Map(nodes.flatMap(({ callFrame, children = [] }) => children.map((child) => [child, callFrame])));
  const functions = new Map<string, number>();
  const packages = new Map<string, number>();
  let busyMs = 0;
  for (const [index, id] of samples.entries()) {
    const frame = frames.get(id);
    if (frame === undefined || frame.functionName === '(idle)') continue;
    const selfMs = (timeDeltas[index] ?? 0) / US_IN_MS;
    busyMs += selfMs;
    add(packages, packageOf(frame), selfMs);
    add(functions, describeFrame(frame, callers.get(id)), selfMs);
  }
  return { busyMs, functions: sorted(functions, busyMs), packages: sorted(packages, busyMs) };
}

function describeFrame(frame: Frame, caller: Frame | undefined): string {
  const name = frame.functionName === '' ? '(anonymous)' : frame.functionName;
  if (frame.url !== '') return `${name} ${packageOf(frame)}:${frame.lineNumber + 1}`;
  // What Node and its addons do natively says little without who asked for it.
  return name.startsWith('(') && name !== '(anonymous)' ? name : `${name} ← ${describeCaller(caller)}`;
}

function describeCaller(caller: Frame | undefined): string {
  if (caller === undefined) return '?';
  return `${caller.functionName === '' ? '(anonymous)' : caller.functionName} ${packageOf(caller)}`;
}

function add(costs: Map<string, number>, place: string, selfMs: number): void {
  costs.set(place, (costs.get(place) ?? 0) + selfMs);
}

function sorted(costs: ReadonlyMap<string, number>, busyMs: number): Cost[] {
  return [...costs]
    .map(([place, selfMs]) => ({ place, selfMs, fraction: selfMs / busyMs }))
    .sort((a, b) => b.selfMs - a.selfMs);
}

/** A package and its file, a file of this repository, or what V8 and Node do in their own name. */
function packageOf({ url, functionName }: Frame): string {
  if (url === '') return functionName.startsWith('(') ? functionName : '(native)';
  if (url.startsWith('node:')) return url;
  const inPackage = /node_modules\/((?:@[^/]+\/)?[^/]+)\/(?!.*node_modules)(.*)$/.exec(url);
  if (inPackage !== null) return `${inPackage[1]}/${inPackage[2]?.split('/').at(-1)}`;
  return url.split('/').slice(-3).join('/');
}
