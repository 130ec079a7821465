import { ask, deleteDocument, documentPath } from './http-api.ts';
import type { Act } from './stage.ts';

const DOCUMENTS = 20;

/** What a backend does all day: looks after its documents over HTTP, while a monitor asks how the server is. */
export function createBackend(name: string): Act {
  let asked = 0;
  return async (stage, random) => {
    const document = `soak/${name}/${random.below(DOCUMENTS)}`;
    asked += 1;
    await ask(stage, 'POST', '/v1/documents', 201, { name: document, title: `Number ${asked}` });
    await ask(stage, 'PATCH', documentPath(document), 200, { title: `Number ${asked}, renamed` });
    await ask(stage, 'GET', documentPath(document), 200);
    await ask(stage, 'GET', '/v1/documents?limit=50&order=recent', 200);
    for (const path of ['/healthz', '/readyz', '/metrics']) await ask(stage, 'GET', path, 200);
    await deleteDocument(stage, document);
  };
}
