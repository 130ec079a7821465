import { connect } from 'node:net';
import { until } from './until.ts';

/** Resolves once a program listens on a port of loopback. @param check throws once it never will */
export async function untilListening(port: number, program: string, check: () => void): Promise<void> {
  let isListening = false;
  let isOver = false;
  const knock = (): void => {
    const socket = connect(port, '127.0.0.1');
    socket.once('connect', () => {
      isListening = true;
      socket.destroy();
    });
    socket.once('error', () => {
      if (!isOver) setTimeout(knock, 10);
    });
  };
  knock();
  try {
    await until(
      () => {
        check();
        return isListening;
      },
      { what: `${program} does not listen` },
    );
  } finally {
    isOver = true;
  }
}
