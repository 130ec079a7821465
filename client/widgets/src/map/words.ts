import { fetchWords } from '../parts/fetch-words.ts';

export const mapWords = {
  ...fetchWords,
  map: 'Map of people',
  people: 'People on the map',
  nobody: 'Nobody says where they are.',
  everybody: 'Everybody',
  follow: 'Follow {name}, {lat}, {lng}',
  you: '{name} (you)',
  share: 'Share my location',
  sharing: 'Sharing my location',
  zoomIn: 'Zoom in',
  zoomOut: 'Zoom out',
  denied: 'This page may not know where you are. Allow it in the browser’s settings for this page.',
  unavailable: 'This device does not say where it is.',
  unsupported: 'This browser does not say where it is; pages have to be opened over https for that.',
  noTiles: 'The map’s pictures can’t be loaded.',
} as const;
