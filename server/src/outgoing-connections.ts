import http, { type AgentOptions, type IncomingMessage } from 'node:http';
import https from 'node:https';

export interface OutgoingRequest {
  readonly headers: Readonly<Record<string, string>>;
  /** Null: something is asked for without sending anything. */
  readonly body: string | null;
  readonly signal: AbortSignal;
}

/** Connections to others, kept between questions. */
export interface OutgoingConnections {
  /**
   * Follows nobody who is pointed to elsewhere.
   *
   * @throws the reason of its signal once that aborts. What is still to come of an answer by then fails with an error of its own
   */
  ask(url: URL, request: OutgoingRequest): Promise<IncomingMessage>;
  /** Ends all of them, those that are still being opened, too. */
  close(): void;
}

/**
 * Those of `fetch` are shared with the whole process, and one that is under way to a host that swallows everything can't be ended:
 * a process would be held open by it after its server.
 */
export function openOutgoingConnections(): OutgoingConnections {
  const plain = new http.Agent({ ...optionsOf(http.globalAgent), keepAlive: true });
  const encrypted = new https.Agent({ ...optionsOf(https.globalAgent), keepAlive: true });
  return {
    ask: (url, { body, headers, signal }) =>
      new Promise((resolve, reject) => {
        const isPlain = url.protocol === 'http:';
        const request = (isPlain ? http : https).request(url, {
          agent: isPlain ? plain : encrypted,
          method: body === null ? 'GET' : 'POST',
          headers,
          signal,
        });
        request.once('response', resolve);
        request.on('error', (error) => reject(signal.aborted ? signal.reason : error));
        request.end(body ?? undefined);
      }),
    close() {
      plain.destroy();
      encrypted.destroy();
    },
  };
}

/** Among them the proxies of the environment, where Node is told to heed them. */
function optionsOf(agent: http.Agent): AgentOptions {
  return (agent as http.Agent & { readonly options: AgentOptions }).options; // which its types leave out
}
