import { pino } from 'pino';

/** A reader of our logs that has stopped reading costs us this much memory and then log lines, never the event loop. */
const MAX_BUFFERED_BYTES = 1024 * 1024;

/** @param onDrop told of each line that is left out */
export function openLogDestination(fd: number, onDrop: () => void): ReturnType<typeof pino.destination> {
  const stream = pino.destination({ dest: fd, sync: false, maxLength: MAX_BUFFERED_BYTES });
  stream.on('drop', onDrop);
  return stream;
}
