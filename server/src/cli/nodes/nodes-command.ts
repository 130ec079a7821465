import { systemClock } from '../../clock.ts';
import { ConfigError } from '../../config/config-error.ts';
import type { ConfigSources } from '../../config/load-config.ts';
import { askForNodes, askToForget, findNode, NodesError } from './ask-node.ts';
import { describeNodes } from './describe-nodes.ts';

export interface NodesOptions {
  readonly url: string | undefined;
}

/** `quire nodes`: the nodes of the cluster, as the one that is asked knows them. */
export function printNodes(
  sources: ConfigSources,
  options: NodesOptions & { readonly asJson: boolean },
): Promise<void> {
  return sayWhatIsWrong(async () => {
    const answer = await askForNodes(await findNode(sources, options.url));
    const text = options.asJson ? `${JSON.stringify(answer, null, 2)}\n` : describeNodes(answer, systemClock.now());
    process.stdout.write(text);
  });
}

/** `quire nodes forget ID`: nobody waits any more for a node that never returns. */
export function forgetNode(sources: ConfigSources, id: string, { url }: NodesOptions): Promise<void> {
  return sayWhatIsWrong(async () => {
    const refusal = await askToForget(await findNode(sources, url), id);
    if (refusal !== null) throw new NodesError(`${refusal}.\n  "quire nodes" shows the nodes that there are.`);
    process.stdout.write(`${id} is forgotten. If it ever comes back, it does as a new node.\n`);
  });
}

async function sayWhatIsWrong(work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    if (!(error instanceof NodesError || error instanceof ConfigError)) throw error;
    process.exitCode = 1;
    process.stderr.write(`${error.message}\n`);
  }
}
