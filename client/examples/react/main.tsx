import { QuireProvider, RoomProvider, useOthers, useStatus, useTextField, useTyping } from '@quire/client/react';
import { StrictMode, useState } from 'react';
import { createRoot } from 'react-dom/client';

const address = new URLSearchParams(location.search);
const server = address.get('server') ?? 'ws://localhost:8080';
const name = address.get('document') ?? 'team/plan';

function App() {
  const [person] = useState(() => ({ name: `Guest ${Math.floor(Math.random() * 1000)}`, color: '#2563eb' }));
  return (
    <QuireProvider url={server}>
      <RoomProvider name={name} person={person}>
        <Status />
        <People />
        <Notes />
      </RoomProvider>
    </QuireProvider>
  );
}

function Status() {
  return (
    <p id="status" role="status">
      {useStatus((status) => status.label)}
    </p>
  );
}

function People() {
  const names = useOthers((others) => others.map((other) => other.name).join(', '));
  const [typists] = useTyping();
  return (
    <p>
      Here: {names || 'only you'}. {typists.map((person) => `${person.name} is typing…`).join(' ')}
    </p>
  );
}

function Notes() {
  const field = useTextField('text');
  const [, setTyping] = useTyping();
  return <textarea aria-label="Text" rows={12} cols={60} {...field} onInput={() => setTyping(true)} />;
}

const root = document.querySelector('#root');
if (root === null) throw new Error('index.html has no #root');
createRoot(root).render(
  <StrictMode>
    <App />
  </StrictMode>,
);
