// Where pages are rendered on a server, elements are imported and do nothing; what a document may hold can be asked there, too.
import { elements } from '@quire/widgets';
import { documentExtensions } from '@quire/widgets/document';
import { declarations } from '@quire/widgets/manifest';

console.log(`elements: ${elements.length}, described: ${declarations.length}`);
console.log(`extensions: ${documentExtensions().some(({ name }) => name === 'comment')}`);
console.log(`registry: ${typeof customElements}`);
