import { Document } from '@hocuspocus/server';
import { parseAddress } from '@quire/protocol';
import { expect, it } from 'vitest';
import { YWebsocketDialect } from '../gateway/dialects.ts';
import { FakePort } from '../testing/fake-port.ts';
import { Audience } from './audience.ts';
import { DocumentConnection } from './document-connection.ts';
import { passOnStateless, sayToAll } from './shared-stateless.ts';

const openDocument = () => {
  const document = new Document('plan');
  const relayed: string[] = [];
  const refused: number[] = [];
  passOnStateless(document, {
    maxBytes: 100,
    relay: (payload) => relayed.push(payload),
    onRefused: (bytes) => refused.push(bytes),
  });
  return { document, relayed, refused };
};

it('what an extension broadcasts goes to other nodes, once, after its hooks have seen it', () => {
  const { document, relayed } = openDocument();
  const seen: string[] = [];
  document.beforeBroadcastStateless((_document, payload) => seen.push(`${payload}, told ${relayed.length}`));
  document.broadcastStateless('hello');
  expect(seen).toEqual(['hello, told 0']);
  expect(relayed).toEqual(['hello']);
  document.destroy();
});

it('what is for some connections only, or comes from another node, goes to no other node', () => {
  const { document, relayed } = openDocument();
  document.broadcastStateless('for some', () => true);
  document.relayStateless('from elsewhere');
  expect(relayed).toEqual([]);
  document.destroy();
});

it('[G4] what is larger than may wait for a session is broadcast to nobody, here or elsewhere, and it is said how large it is', () => {
  const { document, refused, relayed } = openDocument();
  const seen: string[] = [];
  document.beforeBroadcastStateless((_document, payload) => seen.push(payload));
  const [most, tooMuch, tooWide] = ['x'.repeat(100), 'x'.repeat(101), '…'.repeat(34)];
  for (const payload of [most, tooMuch, tooWide, 'small']) document.broadcastStateless(payload);
  document.broadcastStateless(tooMuch, () => true);
  expect([seen, relayed]).toEqual([
    [most, 'small'],
    [most, 'small'],
  ]);
  expect(refused).toEqual([101, 102, 101]);
  document.destroy();
});

it('what another node says is heard by everybody whose dialect has a word for it', () => {
  const audience = new Audience();
  const [ada, ben, eve] = [new FakePort(), new FakePort(), new FakePort()];
  const host = { endConnection() {}, countWaiting() {}, renewGrant() {} };
  for (const port of [ada, ben]) audience.add(new DocumentConnection(port, parseAddress('plan'), host));
  const plain = Object.assign(eve, { dialect: new YWebsocketDialect('plan') });
  audience.add(new DocumentConnection(plain, parseAddress('plan'), host));
  sayToAll(audience.groups(), 'hello');
  for (const port of [ada, ben]) expect(port.takeFrames()).toEqual([{ kind: 'stateless', payload: 'hello' }]);
  expect(eve.writes).toEqual([]);
});
