import type { ElementDeclaration } from '../base/declaration.ts';
import { chatWords } from './words.ts';

export const declaration: ElementDeclaration = {
  tag: 'quire-chat',
  className: 'QuireChat',
  module: 'chat/quire-chat.ts',
  summary:
    'A conversation of those who are here: who is typing, what is unread, what was said while the connection was away, and where something of it can’t be had.',
  attributes: [
    {
      name: 'channel',
      default: 'chat',
      description: 'The name of the events that the messages are: several chats in one document each have their own.',
    },
    {
      name: 'unread',
      type: 'number',
      description:
        'Set by the element: how many messages of others nobody has looked at. Left out where there are none.',
    },
  ],
  properties: [
    { name: 'channel', type: 'string', description: 'As the attribute.' },
    {
      name: 'unread',
      type: 'number',
      readonly: true,
      description: 'How many messages of others nobody has looked at.',
    },
  ],
  methods: [
    {
      name: 'send',
      type: '(text: string) => Promise<void>',
      description:
        'Says something, of at most 2000 characters. Rejects with what the server refuses, which is also shown in the log, and can be tried again there.',
    },
    { name: 'focus', type: '(options?: FocusOptions) => void', description: 'Puts the focus where one writes.' },
  ],
  events: [
    {
      name: 'quire-message',
      detail: '{ id: string; at: number; text: string; from: EventSender; isMine: boolean }',
      description: 'Somebody said something; one’s own comes once the server has taken it.',
    },
    { name: 'quire-unread', detail: '{ count: number }', description: 'The number of unread messages has changed.' },
    {
      name: 'quire-gap',
      detail: "{ gap: 'lost' | 'unknown' }",
      description: 'Messages were missed, or may have been, that can’t be had any more.',
    },
  ],
  parts: [
    { name: 'log', description: 'What was said.' },
    { name: 'empty', description: 'What is shown before anything was said.' },
    { name: 'message', description: 'Each message; `mine` is also on those of this person.' },
    { name: 'avatar', description: 'Of who said what follows.' },
    { name: 'author', description: 'Their name.' },
    { name: 'text', description: 'What a message says.' },
    { name: 'delivery', description: 'Whether a message of one’s own is sent.' },
    { name: 'divider', description: 'The line above what is new.' },
    { name: 'gap', description: 'Where messages are missing.' },
    { name: 'cut', description: 'Said above the oldest message, where there was more.' },
    { name: 'newer', description: 'The button that leads to what is new.' },
    { name: 'typing', description: 'Who is typing.' },
    { name: 'composer', description: 'The form in which one writes.' },
    { name: 'field', description: 'The field in it.' },
    { name: 'submit', description: 'The button in it.' },
    { name: 'failure', description: 'Why what was written could not be sent.' },
  ],
  words: chatWords,
  example: `<quire-room server="https://quire.example.com" document="team/plan" name="Ada">
  <quire-chat channel="chat"></quire-chat>
</quire-room>`,
};
