/** By itself: its hash weighs 1.4 kB, gzipped, and only editors of one's own ask for it. */
export { commentAttribute } from '@quire/protocol/wire';
