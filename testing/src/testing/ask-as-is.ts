import { once } from 'node:events';
import { type IncomingMessage, request } from 'node:http';

/** Asks for a path as it stands, where `fetch` would resolve it first. @returns the status of the answer */
export async function askAsIs(url: string, path: string): Promise<number> {
  const { hostname, port } = new URL(url);
  const asking = request({ hostname, port, path, agent: false }).end();
  const [answer] = (await once(asking, 'response')) as [IncomingMessage];
  answer.resume();
  return answer.statusCode ?? 0;
}
