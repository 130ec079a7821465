import { renderToString } from 'react-dom/server';
import { expect, it, vi } from 'vitest';
import {
  QuireProvider,
  RoomProvider,
  useEvent,
  useOthers,
  usePresence,
  useRoom,
  useSharedArray,
  useSharedMap,
  useSharedText,
  useStatus,
  useTextField,
  useTyping,
} from './index.ts';

function Everything() {
  const room = useRoom();
  const { label, loaded, canEdit } = useStatus();
  const count = useOthers((others) => others.length);
  const [{ mood }] = usePresence<{ mood: string }>();
  const [typists] = useTyping();
  useEvent('chat', () => {});
  const contents = [useSharedText('a')[0], useSharedMap('b')[0], useSharedArray('c')[0]];
  return (
    <>
      <pre>{JSON.stringify([room, label, loaded, canEdit, count, mood ?? null, typists, contents])}</pre>
      <textarea aria-label="Notes" {...useTextField('d')} />
    </>
  );
}

it('renders where there is no window, and connects nowhere', () => {
  expect(globalThis).not.toHaveProperty('window');
  const opened = vi.fn();
  vi.stubGlobal('WebSocket', opened);
  const html = renderToString(
    <QuireProvider>
      <RoomProvider name="team/plan" person={{ name: 'Ada', color: 'red' }}>
        <Everything />
      </RoomProvider>
    </QuireProvider>,
  );
  vi.unstubAllGlobals();
  const shown = [null, 'Connecting…', false, false, 0, null, [], [null, null, null]];
  expect(html).toContain(JSON.stringify(shown).replaceAll('"', '&quot;'));
  expect(html).toMatch(/<textarea[^>]*readOnly/);
  expect(opened).not.toHaveBeenCalled();
});
