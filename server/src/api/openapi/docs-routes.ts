import type { Hono } from 'hono';
import { refuseMethod } from '../requests.ts';
import { describeApi } from './describe-api.ts';
import { DOCS_PAGE_HEADERS, writeDocsPage } from './docs-page.ts';

/** The API as it describes itself: to programs, and to people. Nobody has to say who they are for it. */
export function addDocsRoutes(api: Hono): void {
  // Made when somebody first asks: most servers are never asked.
  let made: { readonly json: string; readonly page: string } | null = null;
  const make = (): { readonly json: string; readonly page: string } => {
    if (made !== null) return made;
    const description = describeApi();
    made = { json: JSON.stringify(description), page: writeDocsPage(description) };
    return made;
  };
  api.get('/v1/openapi.json', (context) => context.body(make().json, 200, { 'Content-Type': 'application/json' }));
  api.all('/v1/openapi.json', (context) => refuseMethod(context, 'GET, HEAD'));
  api.get('/v1/docs', (context) => context.body(make().page, 200, DOCS_PAGE_HEADERS));
  api.all('/v1/docs', (context) => refuseMethod(context, 'GET, HEAD'));
}
