import { isDocumentName, parseDocumentAddress } from '@quire/protocol/wire';

const PARAMETER = 'document';

/**
 * The address of a socket with the name of the document that it is opened for, so that a load balancer can bring everybody
 * who has that document to the node that has it in memory. A server makes nothing of it. Comments go where their document
 * is. Who gave an address with such a name has chosen another one.
 */
export function addRoute(socketUrl: string, name: string): string {
  const url = new URL(socketUrl);
  if (url.searchParams.has(PARAMETER)) return socketUrl;
  const document = isDocumentName(name) ? parseDocumentAddress(name).document : name;
  // As the paths of the API have it, to the byte: not every balancer can decode what it goes by.
  const route = `${PARAMETER}=${encodeURIComponent(document)}`;
  url.search += (url.search && '&') + route;
  return url.href;
}
