// A program in JavaScript that has installed Quire: it runs a server, and two people write through it.
import { once } from 'node:events';
import { connect } from '@quire/client';
import { createServer } from '@quire/server';

const server = await createServer({ port: 0, data: './plain-data', log: { level: 'silent' } });
const url = `${server.url.replace('http', 'ws')}/collab`;

const ada = connect({ url });
const plan = ada.open('team/plan');
await plan.whenLoaded();
const written = plan.doc.getText('body');
written.insert(0, 'Hello');
await plan.whenSaved();

const ben = connect({ url });
const same = ben.open('team/plan');
await same.whenLoaded();
const seen = same.doc.getText('body');
console.log(`read: ${seen.toString()}`);

// A change of this size is judged in a thread of its own.
written.insert(5, '!'.repeat(300_000));
await plan.whenSaved();
while (seen.length < 300_005) await once(same.doc, 'update');
console.log(`read: ${seen.length} characters`);

const page = await (await fetch(server.url)).text();
console.log(`app: ${/<title>(.*)<\/title>/.exec(page)?.[1]}`);

ada.close();
ben.close();
await server.close();
