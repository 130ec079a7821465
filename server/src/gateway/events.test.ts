import { isEventMessage, readEventNotice, type WireEvent } from '@quire/protocol';
import { type HocuspocusPerson, until } from '@quire/testing';
import { afterEach, describe, expect, it } from 'vitest';
import { createGatewayStage } from '../testing/gateway-stage.ts';

const stage = createGatewayStage();
afterEach(() => stage.close());

/** What a page does that knows of events and has an unmodified provider. */
async function listen({ provider }: HocuspocusPerson): Promise<WireEvent[]> {
  const heard: WireEvent[] = [];
  let isListening = false;
  provider.on('stateless', ({ payload }: { payload: string }) => {
    const message = JSON.parse(payload) as { readonly type: string } & WireEvent;
    if (message.type === 'quire.event') heard.push(message);
    if (message.type === 'quire.event.listening') isListening = true;
  });
  ask(provider);
  await until(() => isListening, { what: 'the server listens' });
  return heard;
}

function ask(provider: HocuspocusPerson['provider']): void {
  provider.sendStateless(JSON.stringify({ type: 'quire.event.listen' }));
}

function send({ provider }: HocuspocusPerson, ref: string, name: string, data: unknown): void {
  provider.sendStateless(JSON.stringify({ type: 'quire.event.send', ref, name, data }));
}

async function join(url: string): Promise<HocuspocusPerson> {
  const person = stage.joinHocuspocus(url, 'plan');
  await until(() => person.provider.isSynced, { what: 'synced' });
  return person;
}

describe('events with published providers', () => {
  it('are sent and heard in stateless messages', async () => {
    const { url } = await stage.start();
    const [ada, ben] = [await join(url), await join(url)];
    const heard = [await listen(ada), await listen(ben)];
    send(ada, 'one', 'chat', { text: 'hello' });
    await until(() => heard.every(({ length }) => length === 1), { what: 'both hear it' });
    for (const [event] of heard) expect(event).toMatchObject({ name: 'chat', data: { text: 'hello' } });
  });

  it('who never asks is told nothing, and y-websocket has no word for them', async () => {
    const { url } = await stage.start();
    const ada = await join(url);
    const heard = await listen(ada);
    const quiet = await join(url);
    const said: string[] = [];
    quiet.provider.on('stateless', ({ payload }: { payload: string }) => said.push(payload));
    const plain = stage.joinYWebsocket(url, 'plan');
    await until(() => plain.provider.synced, { what: 'synced' });
    send(ada, 'one', 'chat', 'hello');
    await until(() => heard.length === 1, { what: 'Ada hears it' });
    ada.doc.getText('body').insert(0, 'x');
    for (const { doc } of [quiet, plain]) {
      await until(() => doc.getText('body').length === 1, { what: 'what was written later is there' });
    }
    expect(said.filter(isEventMessage)).toEqual([]);
    expect(plain.provider.wsconnected).toBe(true);
  });

  it('[G4] whoever asks what they missed again and again is refused, and stays in', async () => {
    const { url } = await stage.start({ limits: { maxEventsPerSecond: 2 } });
    const ada = await join(url);
    const codes: string[] = [];
    ada.provider.on('stateless', ({ payload }: { payload: string }) => {
      const notice = readEventNotice(payload);
      if (notice?.kind === 'refused') codes.push(notice.code);
    });
    for (let asked = 0; asked < 5; asked += 1) ask(ada.provider);
    await until(() => codes.length > 0, { what: 'refused' });
    expect(new Set(codes)).toEqual(new Set(['too-many-events']));
    ada.doc.getText('body').insert(0, 'x');
    await until(() => !ada.provider.hasUnsyncedChanges, { what: 'saved' });
  });
});
