export { type ConvergedOptions, converged } from './converged.ts';
export { describeDifference, isSameState } from './difference.ts';
export { type Closed, type FrameSocket, openFrameSocket } from './frame-socket.ts';
export { type HocuspocusPerson, joinWithHocuspocus, joinWithYWebsocket, type Person } from './people.ts';
export { createRandom, inventSeed, type Random } from './random.ts';
export { readerServerProgram, writerToken } from './reader-server-program.ts';
export { type Exit, type ServerOptions, type ServerProcess, startServer } from './server-process.ts';
export { startTcpProxy, type TcpProxy } from './tcp-proxy.ts';
export { type UntilOptions, until } from './until.ts';
