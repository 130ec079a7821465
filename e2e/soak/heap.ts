import { collectGarbageThrough, type Inspector } from '../bench/load/inspector.ts';

/** What a Node process holds, as its own inspector says. */
export interface HeapContents {
  readonly heapBytes: number;
  readonly externalBytes: number;
  readonly activeResources: number;
  readonly timers: number;
  readonly socketObjects: number;
  readonly requestObjects: number;
}

/** References that the inspector keeps for us until they are given back. */
const GROUP = 'soak';

/** Collects the garbage first: what is read is what is held. */
export async function readHeap(inspector: Inspector): Promise<HeapContents> {
  await collectGarbageThrough(inspector);
  // Before anything is counted: counting allocates.
  const { heapUsed, external, active } = (await evaluate(
    inspector,
    '({ ...process.memoryUsage(), active: process.getActiveResourcesInfo().length })',
  )) as { heapUsed: number; external: number; active: number };
  return {
    heapBytes: heapUsed,
    externalBytes: external,
    activeResources: active,
    timers: await countInstances(inspector, TIMEOUT_PROTOTYPE, 'timer => !timer._destroyed'),
    socketObjects: await countInstances(inspector, "process.getBuiltinModule('node:net').Socket.prototype"),
    requestObjects: await countInstances(inspector, "process.getBuiltinModule('node:http').IncomingMessage.prototype"),
  };
}

export async function countActiveResources(inspector: Inspector): Promise<number> {
  return (await evaluate(inspector, 'process.getActiveResourcesInfo().length')) as number;
}

/** Intervals are of the same class. */
const TIMEOUT_PROTOTYPE = `(() => {
  const timer = setTimeout(() => {}, 0);
  clearTimeout(timer);
  return Object.getPrototypeOf(timer);
})()`;

async function evaluate(inspector: Inspector, expression: string): Promise<unknown> {
  const answer = (await inspector.call('Runtime.evaluate', { expression, returnByValue: true })) as Evaluated;
  return readValue(answer);
}

/** Counts what is reachable of a class, and of those that extend it; V8 collects the garbage before it looks. */
async function countInstances(inspector: Inspector, prototype: string, filter = '() => true'): Promise<number> {
  try {
    const found = (await inspector.call('Runtime.evaluate', {
      expression: prototype,
      objectGroup: GROUP,
    })) as Evaluated;
    const { objects } = (await inspector.call('Runtime.queryObjects', {
      prototypeObjectId: readObjectId(found),
      objectGroup: GROUP,
    })) as { objects: { objectId: string } };
    const counted = (await inspector.call('Runtime.callFunctionOn', {
      objectId: objects.objectId,
      functionDeclaration: `function () { return this.filter(${filter}).length; }`,
      returnByValue: true,
    })) as Evaluated;
    return readValue(counted) as number;
  } finally {
    await inspector.call('Runtime.releaseObjectGroup', { objectGroup: GROUP });
  }
}

interface Evaluated {
  readonly result: { readonly value?: unknown; readonly objectId?: string };
  readonly exceptionDetails?: { readonly text: string; readonly exception?: { readonly description?: string } };
}

function readValue({ result, exceptionDetails }: Evaluated): unknown {
  if (exceptionDetails === undefined) return result.value;
  throw new Error(`the server could not say: ${exceptionDetails.exception?.description ?? exceptionDetails.text}`);
}

function readObjectId(evaluated: Evaluated): string {
  readValue(evaluated);
  const { objectId } = evaluated.result;
  if (objectId === undefined) throw new Error('the inspector gave no object to look for');
  return objectId;
}
