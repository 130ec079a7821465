import { QuireError } from '@quire/client';
import { useClient } from '@quire/client/react';
import { type RefObject, useState } from 'react';
import { announce } from '../ui/toasts.ts';
import { documentOf } from './elements.ts';
import { backends, walks } from './outside.ts';

/** What reaches an element neither by the hands of Ada nor of Ben. */
export interface Outside {
  /** What is about to be done, as code. */
  readonly code: string;
  /** Who would have that code. */
  readonly whose: string;
  /** On the button that does it. */
  readonly label: string;
  readonly words: string;
  act(): void;
}

/** An element that a page can tell where its person is. */
interface Positioned extends Element {
  setPosition?(latitude: number, longitude: number): void;
}

/** Null for elements that live on nothing but what people do. */
export function useOutside(tag: string, frame: RefObject<HTMLIFrameElement | null>): Outside | null {
  const { api } = useClient();
  const [count, setCount] = useState(0);
  const backend = backends[tag];
  const walk = walks[tag];

  if (backend !== undefined) {
    const document = documentOf(tag);
    const events = backend.say(count);
    const path = `/v1/documents/${encodeURIComponent(document)}/events`;
    const send = async () => {
      setCount(count + 1);
      try {
        for (const body of events) await api.call('sendEvent', { parameters: { name: document }, body });
      } catch (error) {
        announce(error instanceof QuireError ? error.message : 'Something unexpected happened.', 'bad');
      }
    };
    return {
      code: events.map((body) => `POST ${path}\n${JSON.stringify(body)}`).join('\n\n'),
      whose: 'the requests of the backend',
      label: backend.label,
      words: 'As your backend would: it posts events, and everybody who has the document open hears them.',
      act: () => void send(),
    };
  }

  if (walk !== undefined) {
    const [latitude, longitude] = walk.at(count);
    return {
      code: `document\n  .querySelector('${tag}')\n  .setPosition(${latitude}, ${longitude});`,
      whose: 'the script of the page',
      label: walk.label,
      words: 'As Ada’s page would, if it knows where she is. People can share their location themselves, too.',
      act() {
        const element: Positioned | null | undefined = frame.current?.contentDocument?.querySelector(tag);
        element?.setPosition?.(latitude, longitude);
        setCount(count + 1);
      },
    };
  }

  return null;
}
