export { type HocuspocusPerson, joinWithHocuspocus, joinWithYWebsocket, type Person } from './people.ts';
