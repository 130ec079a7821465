// A program in TypeScript that has installed Quire, with a compiler that checks the declarations of the packages too.
import { connect, type Person, type Room, type RoomStatus, type Thread } from '@quire/client';
import { FIRST_EPOCH, MemoryStore, openLevelStore } from '@quire/persistence';
import { type CloseCode, closeCodes, findNameFault } from '@quire/protocol';
import { createServer, type QuireServer } from '@quire/server';
import { converged, joinWithHocuspocus } from '@quire/testing';
import * as Y from 'yjs';

const server: QuireServer = await createServer({ port: 0, log: { level: 'silent' } }, { store: new MemoryStore() });
const wsUrl = server.url.replace('http', 'ws');
const client = connect({ url: `${wsUrl}/collab` });
const room: Room = client.open('team/plan');
await room.whenLoaded();
room.doc.getText('body').insert(0, 'Hello');
await room.whenSaved();
const { state, unsaved }: RoomStatus = room.status.get();
console.log(`room: ${state}, ${unsaved} unsaved, ${room.saved.get() ? 'all of it' : 'not'} saved`);

const guest = joinWithHocuspocus(wsUrl, 'team/plan');
// One copy of Yjs, or the documents of the packages would not be those of this program.
await converged({ room, guest });
console.log(`guest: ${guest.doc.getText('body').toString()}, one Yjs: ${room.doc instanceof Y.Doc}`);
guest.leave();
const people: readonly Person[] = room.presence.people.get();
console.log(`people: ${people.filter(({ isMe }) => isMe).length}`);
// Parts of the client that are loaded when they are needed.
const { name } = await client.documents.copy('team/plan', { name: 'team/copy' });
const thread: Thread = await room.comments.start('Shall we?');
console.log(`copy: ${name}, comment: ${thread.comments[0]?.text}`);
client.close();
await server.close();

const store = await openLevelStore({ directory: 'typed-data' });
const update = Y.encodeStateAsUpdate(room.doc);
await store.append({ document: 'plan', epoch: FIRST_EPOCH, time: Date.now(), updates: [{ author: 'ada', update }] });
// Folding is done by a thread of its own.
console.log(`folded: ${(await store.compact('plan')).entries}`);
await store.close();

const code: CloseCode = closeCodes.protocolError;
console.log(`protocol: ${code.name}, ${findNameFault('')}`);
