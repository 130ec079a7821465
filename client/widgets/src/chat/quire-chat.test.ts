// @vitest-environment happy-dom
import { QuireError } from '@quire/client';
import { afterEach, beforeAll, expect, test, vi } from 'vitest';
import { h } from '../base/h.ts';
import { define } from '../base/quire-element.ts';
import { QuireChat } from './quire-chat.ts';
import { MAX_TEXT_LENGTH } from './said.ts';

/** Nobody listens there: what is sent waits, until the room is left. */
const SERVER = 'ws://127.0.0.1:9/collab';

async function chat(): Promise<QuireChat> {
  const element = h('quire-chat' as 'div', { server: SERVER, document: 'plan' });
  document.body.append(element);
  await turn();
  return element as unknown as QuireChat;
}

function linesOf({ shadowRoot }: QuireChat): readonly (string | null | undefined)[] {
  return [...(shadowRoot?.querySelectorAll('[part~=message]') ?? [])].map(
    (line) => line.querySelector('.text')?.textContent,
  );
}

/** What elements put off is done by then. */
async function turn(): Promise<void> {
  for (let step = 0; step < 4; step += 1) await Promise.resolve();
}

beforeAll(() => define(QuireChat));
afterEach(async () => {
  document.body.replaceChildren();
  await turn();
});

test('[G3] a message that others would see cut is not sent, and whoever gave it is told', async () => {
  const element = await chat();
  await expect(element.send('x'.repeat(MAX_TEXT_LENGTH + 1))).rejects.toThrow(RangeError);
  expect(linesOf(element)).toEqual([]);
  const longest = 'x'.repeat(MAX_TEXT_LENGTH);
  const sending = element.send(` ${longest} `);
  expect(linesOf(element)).toEqual([longest]);
  element.remove();
  await expect(sending).rejects.toThrow();
});

test('[G3] a message that the server did not take is told to whoever gave it', async () => {
  const element = await chat();
  const sending = element.send('Shall we start at ten?');
  element.remove();
  await expect(sending).rejects.toMatchObject({ code: 'room-closed' });
});

test('a message that may have arrived is said to be one, and is sent again or thrown away by whoever wrote it', async () => {
  const element = await chat();
  const { events } = element.room ?? {};
  if (events === undefined) throw new Error('the element is in no room');
  const send = vi.spyOn(events, 'send').mockRejectedValueOnce(new QuireError('unconfirmed', 'Nobody knows.'));
  await expect(element.send('Shall we?')).rejects.toMatchObject({ code: 'unconfirmed' });
  const line = () => element.shadowRoot?.querySelector('[part~=message]');
  expect(line()?.querySelector('[part=delivery]')?.textContent).toMatch(/^It may have been sent: .*Try againDiscard$/);
  send.mockResolvedValueOnce({ id: 'a.1', at: 1_000 });
  const [again] = line()?.querySelectorAll('button') ?? [];
  again?.click();
  await turn();
  await vi.waitFor(() => expect(line()?.querySelector('[part=delivery]')?.textContent).toBe('Sent'));
  expect(linesOf(element)).toEqual(['Shall we?']);
  expect(send.mock.calls[1]).toEqual(send.mock.calls[0]);
});
