import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import '../../sdk/src/testing/page.ts';
import type { Room } from '@quire/client';
import * as bindings from '@quire/client/react';
import { startServer, type TestServer } from '@quire/testing';
import { act, cleanup, configure, fireEvent, render, within } from '@testing-library/react';
import { StrictMode, useEffect } from 'react';
import { afterAll, beforeAll, describe, expect, it, test } from 'vitest';
import * as snippets from './snippets.tsx';

/** Both would give up after a second, which a busy machine takes for less. */
const PATIENCE_MS = 15_000;
configure({ asyncUtilTimeout: PATIENCE_MS });

const here = import.meta.dirname;
const root = dirname(dirname(dirname(here)));
const page = readFileSync(join(root, 'docs', 'react.md'), 'utf8');
const readme = readFileSync(join(root, 'client', 'sdk', 'README.md'), 'utf8');
const blocks = [...page.matchAll(/^```(\w*)[^\n]*\n([\s\S]*?)^```$/gm)].map(([, language = '', code = '']) => ({
  language,
  code,
}));
const read = (file: string) => readFileSync(join(here, file), 'utf8');

describe('docs/react.md', () => {
  test.each(['index.html', 'main.tsx'])('begins with %s as it is in client/examples/react', (file) => {
    expect(blocks.slice(0, 3).map(({ code }) => code)).toContain(read(file));
  });

  test('shows code that is run here or in a browser, and no other', () => {
    const sources = ['index.html', 'main.tsx', 'snippets.tsx'].map(read);
    const strange = blocks.filter(
      ({ language, code }) => language !== 'sh' && !sources.some((source) => source.includes(code)),
    );
    expect(strange.map(({ code }) => code)).toEqual([]);
    const inReadme = [...readme.matchAll(/^```tsx[^\n]*\n([\s\S]*?)^```$/gm)].map(([, code = '']) => code);
    expect(
      inReadme.flatMap((code) => code.split('\n\n')).filter((part) => !sources.some((source) => source.includes(part))),
    ).toEqual([]);
    expect(inReadme).toHaveLength(1);
    expect(blocks.filter(({ language }) => language === 'sh').map(({ code }) => code)).toEqual([
      [
        'npm run pack',
        'cd ../your-app',
        'npm install ../quire/dist-packages/quire-{protocol,client}-0.1.0.tgz yjs y-protocols react react-dom\n',
      ].join('\n'),
    ]);
  });

  test('has every snippet and every hook', () => {
    const shown = blocks.map(({ code }) => code).join('\n');
    for (const name of Object.keys(snippets)) expect(shown).toContain(`function ${name}(`);
    for (const name of Object.keys(bindings)) expect(page).toMatch(new RegExp(`\\b${name}\\b`));
  });
});

describe('what it shows', () => {
  let server: TestServer;
  beforeAll(async () => {
    server = await startServer();
  });
  afterAll(async () => {
    cleanup();
    await server.stop();
  });

  it('works for two people at once', async () => {
    const gaps: unknown[] = [];
    const created: string[] = [];
    const enter = (name: string) => {
      const { container } = render(
        <StrictMode>
          <bindings.QuireProvider url={`${server.wsUrl}/collab`}>
            <bindings.RoomProvider name="team/plan" person={{ name, color: '#2563eb' }}>
              <section aria-label={name}>
                <snippets.Preview name="team/plan" />
                <snippets.SaveState />
                <snippets.Pointers />
                <snippets.Names />
                <snippets.Chat />
                <snippets.Gaps onGap={() => gaps.push(name)} />
                <snippets.Notes />
                <snippets.Title />
                <snippets.WordCount />
                <snippets.Poll userId={name} />
                <snippets.Todos />
                <snippets.Audience />
                <snippets.NewDocument onCreated={(document) => created.push(document)} />
              </section>
            </bindings.RoomProvider>
          </bindings.QuireProvider>
        </StrictMode>,
      );
      return within(container);
    };
    const [ada, ben] = [enter('Ada'), enter('Ben')];
    const sees = (someone: typeof ada, text: string) => someone.findByText(text, { exact: false });
    await Promise.all([sees(ben, '2 here'), sees(ada, 'Saved')]);
    const [notes, message] = [ada.getByLabelText('Notes'), ada.getByLabelText('Message')];
    const area = document.querySelector('section > div');
    if (area === null) throw new Error('the page has no place to point at');

    fireEvent.change(notes, { target: { value: 'three words here' } });
    await sees(ben, '3 words');
    fireEvent.change(ada.getByLabelText('Title'), { target: { value: 'Plan' } });
    await ben.findByDisplayValue('Plan');
    fireEvent.pointerMove(area, { clientX: 7, clientY: 9 });
    await sees(ben, 'pointing at something');
    fireEvent.input(message, { target: { value: 'Hello' } });
    await sees(ben, 'Ada typing');
    fireEvent.submit(message);
    await sees(ben, 'Ada: Hello');
    fireEvent.change(message, { target: { value: 'too long'.repeat(4_000) } });
    fireEvent.submit(message);
    await sees(ada, 'Not sent');
    fireEvent.click(ada.getByText('Tea: 0'));
    await sees(ben, 'Tea: 1');
    fireEvent.click(ada.getByText('Add'));
    fireEvent.click(await sees(ben, 'Water the plants'));
    await expect.poll(() => ada.queryByText('Water the plants'), { timeout: PATIENCE_MS }).toBeNull();
    fireEvent.click(ada.getByText('New document'));
    await expect.poll(() => created, { timeout: PATIENCE_MS }).toHaveLength(1);
    expect(gaps).toEqual([]);
  });

  it('shows every message of those that come in one moment', async () => {
    let room: Room | null = null;
    const Peek = () => {
      const opened = bindings.useRoom();
      useEffect(() => {
        room = opened;
      }, [opened]);
      return null;
    };
    const { container } = render(
      <bindings.QuireProvider url={`${server.wsUrl}/collab`}>
        <bindings.RoomProvider name="team/chat" person={{ name: 'Ada', color: '#2563eb' }}>
          <snippets.Chat />
          <Peek />
        </bindings.RoomProvider>
      </bindings.QuireProvider>,
    );
    await expect.poll(() => room, { timeout: PATIENCE_MS }).not.toBeNull();
    const { events } = room as unknown as Room;
    await events.whenListening();
    // Nothing is rendered before its end.
    await act(async () => {
      const second = new Promise<void>((resolve) => {
        let heard = 0;
        events.on('chat', () => {
          heard += 1;
          if (heard === 2) resolve();
        });
      });
      await Promise.all([events.send('chat', { text: 'one' }), events.send('chat', { text: 'two' })]);
      await second;
    });
    expect(container.querySelector('pre')?.textContent).toBe('Ada: one\nAda: two');
  });
});
