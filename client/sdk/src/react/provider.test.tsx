import '../testing/page.ts';
import { cleanup, render } from '@testing-library/react';
import { hydrateRoot } from 'react-dom/client';
import { renderToString } from 'react-dom/server';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { openStage, type Stage } from '../testing/stage.ts';
import { untilState, untilTrue } from '../testing/until.ts';
import { QuireProvider, RoomProvider, useClient, useOthers, useRoom, useStatus } from './index.ts';

let stage: Stage;

beforeEach(async () => {
  stage = await openStage();
});

afterEach(async () => {
  cleanup();
  await stage.close();
});

function State() {
  return (
    <p>
      {useStatus(({ state }) => state)}, {useOthers((others) => others.length)}
    </p>
  );
}

describe('a provider', () => {
  it('asks for the newest token on every connection, without another client for it', async () => {
    const clients = new Set();
    const Page = () => {
      clients.add(useClient());
      return <State />;
    };
    const page = (token: string | undefined, getToken?: () => Promise<string>) => (
      <QuireProvider url={stage.peer.url} token={token} getToken={getToken}>
        <RoomProvider name="plan">
          <Page />
        </RoomProvider>
      </QuireProvider>
    );
    const { container, rerender } = render(page('first'));
    const isSaved = () => container.textContent?.startsWith('saved');
    await untilTrue(isSaved);
    rerender(page('second'));
    stage.peer.drop();
    await untilTrue(() => stage.peer.tokens.length === 2 && isSaved());
    rerender(page('second', async () => 'third'));
    stage.peer.drop();
    await untilTrue(() => stage.peer.tokens.length === 3 && isSaved());
    expect(stage.peer.tokens).toEqual(['first', 'second', 'third']);
    expect(clients.size).toBe(1);
  });

  it('of another address is another client, and closes the former', async () => {
    const other = await openStage();
    const page = (url: string) => (
      <QuireProvider url={url}>
        <RoomProvider name="plan">
          <State />
        </RoomProvider>
      </QuireProvider>
    );
    const { container, rerender } = render(page(stage.peer.url));
    await untilTrue(() => container.textContent === 'saved, 0');
    rerender(page(other.peer.url));
    await untilTrue(() => stage.peer.open.length === 0 && other.peer.open.length === 1);
    await untilTrue(() => container.textContent === 'saved, 0');
    cleanup();
    await other.close();
  });

  it('connects with the WebSocket that it was given', async () => {
    const made = vi.fn();
    class Given extends WebSocket {
      constructor(url: string) {
        super(url);
        made(url);
      }
    }
    const { container } = render(
      <QuireProvider url={stage.peer.url} WebSocket={Given}>
        <RoomProvider name="plan">
          <State />
        </RoomProvider>
      </QuireProvider>,
    );
    await untilTrue(() => container.textContent === 'saved, 0');
    expect(made).toHaveBeenCalledOnce();
  });

  it('leaves a client that it was given open', async () => {
    const client = stage.connect();
    const { container } = render(
      <QuireProvider client={client}>
        <RoomProvider name="plan">
          <State />
        </RoomProvider>
      </QuireProvider>,
    );
    await untilTrue(() => container.textContent === 'saved, 0');
    cleanup();
    await untilState(client.open('plan'), 'saved');
  });

  it('makes no socket for a page without a room, nor for a room without a name', async () => {
    const Nameless = () => <p>{String(useRoom(null))}</p>;
    const { container } = render(
      <QuireProvider url={stage.peer.url}>
        <Nameless />
      </QuireProvider>,
    );
    expect(container.textContent).toBe('null');
    // One of theirs would be there before that of somebody who comes later.
    await untilState(stage.connect().open('plan'), 'saved');
    expect(stage.peer.connections).toHaveLength(1);
  });
});

it('a page that a server has rendered comes to life as it is, and then connects', async () => {
  const page = (
    <QuireProvider url={stage.peer.url}>
      <RoomProvider name="plan">
        <State />
      </RoomProvider>
    </QuireProvider>
  );
  const container = document.createElement('div');
  container.innerHTML = renderToString(page);
  expect(container.textContent).toBe('connecting, 0');
  const faults: unknown[] = [];
  const root = hydrateRoot(container, page, { onRecoverableError: (fault) => faults.push(fault) });
  await untilTrue(() => container.textContent === 'saved, 0');
  expect(faults).toEqual([]);
  root.unmount();
  await untilTrue(() => stage.peer.open.length === 0);
});
