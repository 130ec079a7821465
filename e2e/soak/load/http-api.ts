import type { Stage } from './stage.ts';

/** Asks the server something; any answer but the one that is due is a fault. */
export async function ask(stage: Stage, method: string, path: string, due: number, body?: object): Promise<void> {
  const response = await fetch(`${stage.server.url}${path}`, {
    method,
    ...(body === undefined ? {} : { body: JSON.stringify(body), headers: { 'Content-Type': 'application/json' } }),
  });
  const text = await response.text();
  stage.did('requests');
  if (response.status !== due) {
    stage.fault(`${method} ${path} is answered with ${response.status}, not ${due}: ${text.slice(0, 200)}`);
  }
}

export function documentPath(document: string): string {
  return `/v1/documents/${encodeURIComponent(document)}`;
}

export async function deleteDocument(stage: Stage, document: string): Promise<void> {
  await ask(stage, 'DELETE', documentPath(document), 204);
  stage.kept.noteDeleted(document);
  stage.did('deletions');
}
