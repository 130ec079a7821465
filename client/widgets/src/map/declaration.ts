import type { ElementDeclaration } from '../base/declaration.ts';
import { mapWords } from './words.ts';

export const declaration: ElementDeclaration = {
  tag: 'quire-map',
  className: 'QuireMap',
  module: 'map/quire-map.ts',
  summary:
    'Where people are, moving as they move and gone when they are. Positions come from their devices, if they share them, or from the page.',
  attributes: [
    {
      name: 'tiles',
      description:
        'Where the map’s pictures come from, such as `https://tiles.example.com/{z}/{x}/{y}.png`. Left out, there are lines of latitude and longitude.',
    },
    { name: 'attribution', description: 'Whose map it is, as its maker wants it said.' },
    { name: 'attribution-href', description: 'Where that leads to (http or https).' },
    {
      name: 'center',
      description: 'What is shown first: `latitude, longitude`. Left out, everybody who is on the map.',
    },
    { name: 'zoom', type: 'number', default: '12', description: 'How near, together with `center`.' },
    { name: 'max-zoom', type: 'number', default: '19', description: 'The nearest that there are pictures for.' },
    {
      name: 'follow',
      description:
        '`all`, `me`, or what somebody is called: the map goes along with them until somebody moves it by hand or brings it nearer.',
    },
    { name: 'no-share', type: 'boolean', description: 'Without the button that shares this person’s location.' },
  ],
  properties: [
    { name: 'tiles', type: 'string | null', description: 'As the attribute.' },
    { name: 'attribution', type: 'string | null', description: 'As the attribute.' },
    { name: 'attributionHref', type: 'string | null', description: 'As `attribution-href`.' },
    { name: 'center', type: 'string | null', description: 'As the attribute.' },
    { name: 'zoom', type: 'string | null', description: 'As the attribute.' },
    { name: 'maxZoom', type: 'number', description: 'As `max-zoom`.' },
    { name: 'follow', type: 'string | null', description: 'As the attribute.' },
    { name: 'noShare', type: 'boolean', description: 'As `no-share`.' },
    {
      name: 'positions',
      type: 'readonly { clientId: number; name: string; position: Position; isMe: boolean }[]',
      readonly: true,
      description: 'Everybody who says where they are.',
    },
  ],
  methods: [
    {
      name: 'setPosition',
      type: '(lat: number, lng: number, more?: { accuracy?: number; heading?: number }) => void',
      description:
        'Says where this person is, from what the page knows: in this document, and not in the next that the element shows.',
    },
    { name: 'clearPosition', type: '() => void', description: 'Says it no more.' },
    {
      name: 'shareLocation',
      type: '() => Promise<void>',
      description:
        'Asks the browser where this person is, and says so until `stopSharing`, or until the element shows another document or leaves the page. Rejects when there is no answer.',
    },
    { name: 'stopSharing', type: '() => void', description: 'Ends that, and takes them off the map.' },
  ],
  events: [
    {
      name: 'quire-position',
      detail: '{ clientId: number; name: string; isMe: boolean; position: Position }',
      description: 'Somebody says that they are somewhere else.',
    },
    {
      name: 'quire-follow',
      detail: "{ follow: 'all' | number | null }",
      description: 'The map goes along with somebody else now: everybody, a client, or nobody.',
    },
  ],
  parts: [
    { name: 'map', description: 'The map.' },
    { name: 'pin', description: 'Each person on it.' },
    { name: 'zoom', description: 'The buttons that bring it nearer.' },
    { name: 'attribution', description: 'Whose map it is.' },
    { name: 'bar', description: 'What is below it.' },
    { name: 'people', description: 'The list of those on the map.' },
    { name: 'share', description: 'The button that shares this person’s location.' },
    { name: 'notice', description: 'What went wrong.' },
    {
      name: 'not-fetched',
      description: 'What stands there where a part of the script could not be fetched; `retry` is the button in it.',
    },
    { name: 'retry', description: 'The button that fetches it again.' },
  ],
  cssProperties: [{ name: '--quire-map', description: 'The colour of a map before, or without, its pictures.' }],
  words: mapWords,
  example: `<quire-room server="https://quire.example.com" document="team/plan" name="Ada">
  <quire-map follow="all"
    tiles="https://tile.openstreetmap.org/{z}/{x}/{y}.png"
    attribution="© OpenStreetMap contributors"
    attribution-href="https://www.openstreetmap.org/copyright">
  </quire-map>
</quire-room>`,
};
