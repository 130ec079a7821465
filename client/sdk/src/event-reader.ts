/** What a server sent over HTTP, under the number that it gave it. */
export interface NumberedBytes {
  readonly number: number;
  readonly bytes: Uint8Array<ArrayBuffer>;
}

const EVENT_END = '\n\n';

/** Reads a stream of server-sent events, each with a number for its id and bytes in base64 for its data. */
export class EventReader {
  readonly #decoder = new TextDecoder();
  #rest = '';

  push(chunk: Uint8Array): NumberedBytes[] {
    const events: NumberedBytes[] = [];
    const blocks = (this.#rest + this.#decoder.decode(chunk, { stream: true })).split(EVENT_END);
    this.#rest = blocks.pop() ?? '';
    for (const block of blocks) {
      const number = readField(block, 'id: ');
      const data = readField(block, 'data: ');
      // A comment is neither: a sign of life.
      if (number !== null && data !== null) events.push({ number: Number(number), bytes: fromBase64(data) });
    }
    return events;
  }
}

function readField(block: string, name: string): string | null {
  for (const line of block.split('\n')) if (line.startsWith(name)) return line.slice(name.length);
  return null;
}

function fromBase64(text: string): Uint8Array<ArrayBuffer> {
  const binary = atob(text);
  const bytes = new Uint8Array(binary.length);
  for (let index = 0; index < binary.length; index += 1) bytes[index] = binary.charCodeAt(index);
  return bytes;
}
