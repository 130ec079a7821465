// A page in TypeScript with React and the elements: checked with the declarations of the packages, and run in a browser.
import '@quire/widgets';
import type { QuireChat } from '@quire/widgets';
import type {} from '@quire/widgets/react';
import { type Ref, useRef, useState } from 'react';
import { createRoot } from 'react-dom/client';

const server = new URLSearchParams(location.search).get('server');
const strings = { send: 'Senden' };

interface ChatProps {
  readonly isBare: boolean | undefined;
  readonly onUnread: (count: number) => void;
  readonly ref: Ref<QuireChat>;
}

function Chat({ isBare, onUnread, ref }: ChatProps) {
  return (
    <quire-chat
      ref={ref}
      channel="table"
      noStatus={isBare}
      strings={strings}
      onquire-unread={({ detail }) => onUnread(detail.count)}
    />
  );
}

function Page() {
  const chat = useRef<QuireChat>(null);
  const [state, setState] = useState('');
  const [unread, setUnread] = useState(0);
  const [isBare, setBare] = useState<boolean | undefined>(true);
  return (
    <>
      <output>{`${state}, ${unread} unread`}</output>
      <button type="button" onClick={() => setBare(isBare ? false : undefined)}>
        Show how it goes
      </button>
      <button type="button" onClick={() => chat.current?.send('Said by Ada')}>
        Speak
      </button>
      <div style={{ height: '200vh' }} />
      <quire-room
        server={server}
        document="team/plan"
        name="Ada"
        onquire-status={({ detail }) => setState(detail.state)}
      >
        <Chat ref={chat} isBare={isBare} onUnread={setUnread} />
      </quire-room>
    </>
  );
}

// Without React, events have their types wherever they are heard.
addEventListener('quire-message', ({ detail: { text, isMine } }) => {
  document.title = isMine ? `I said: ${text}` : text;
});

document.createElement('quire-map').addEventListener('quire-follow', ({ detail }) => {
  // @ts-expect-error: it may be a number, or nobody, and is not of any type that one would like
  const followed: string = detail.follow;
  console.log(followed);
});

// @ts-expect-error: that is a ticker's
document.createElement('quire-whiteboard').depth = 3;

// @ts-expect-error: there are quotes, and no quote
export const mistaken = <quire-ticker kind="quote" />;

const root = document.createElement('main');
document.body.append(root);
createRoot(root).render(<Page />);
