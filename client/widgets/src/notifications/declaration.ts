import type { ElementDeclaration } from '../base/declaration.ts';
import { notificationWords } from './words.ts';

export const declaration: ElementDeclaration = {
  tag: 'quire-notifications',
  className: 'QuireNotifications',
  module: 'notifications/quire-notifications.ts',
  summary:
    'What somebody is told: at the edge of the page at once, and in a list with what is unread. The latest 50 are kept on this device, for each person and document; what comes while nobody is here is not.',
  attributes: [
    {
      name: 'channel',
      default: 'notification',
      description:
        'The name of the events, each `{ title, body?, href?, severity? }` with a severity of `info`, `success`, `warning` or `error`.',
    },
    {
      name: 'person',
      description:
        'Whose list this is on this device. Left out, whom the server takes them for, which it says as it lets them in; all guests are one.',
    },
    { name: 'no-toasts', type: 'boolean', description: 'Only the list, nothing at the edge of the page.' },
    {
      name: 'unread',
      type: 'number',
      description: 'Set by the element: how many are unread. Left out where there are none.',
    },
  ],
  properties: [
    { name: 'channel', type: 'string', description: 'As the attribute.' },
    { name: 'person', type: 'string | null', description: 'As the attribute.' },
    { name: 'noToasts', type: 'boolean', description: 'As `no-toasts`.' },
    { name: 'notices', type: 'readonly Notice[]', readonly: true, description: 'The list, the newest first.' },
    { name: 'unread', type: 'number', readonly: true, description: 'How many are unread.' },
  ],
  methods: [
    { name: 'markRead', type: '(id: string) => void', description: 'Marks one as read, in every tab of this device.' },
    { name: 'markAllRead', type: '() => void', description: 'Marks all of them.' },
  ],
  events: [
    { name: 'quire-notification', detail: '{ notice: Notice }', description: 'One came.' },
    {
      name: 'quire-unread',
      detail: '{ count: number }',
      description: 'The number of those that are unread has changed.',
    },
    {
      name: 'quire-gap',
      detail: "{ gap: 'lost' | 'unknown' }",
      description: 'Some were missed, or may have been, that can’t be had any more.',
    },
  ],
  parts: [
    { name: 'bell', description: 'The button that opens the list.' },
    { name: 'count', description: 'The number on it.' },
    { name: 'panel', description: 'The list with its heading.' },
    { name: 'list', description: 'The list.' },
    { name: 'notice', description: 'Each in it.' },
    { name: 'title', description: 'What it says.' },
    { name: 'body', description: 'What more it says.' },
    { name: 'read-all', description: 'The button that marks all of them as read.' },
    { name: 'empty', description: 'What is shown where there are none.' },
    { name: 'gap', description: 'Said where some were missed.' },
    { name: 'toasts', description: 'The edge of the page.' },
    { name: 'toast', description: 'Each that is shown there.' },
  ],
  words: notificationWords,
  example: `<quire-room server="https://quire.example.com" document="team/plan" name="Ada">
  <quire-notifications channel="notification"></quire-notifications>
</quire-room>`,
};
