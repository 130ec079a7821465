import { describe, expect, it } from 'vitest';
import { findLines } from './json-lines.ts';

const linesOf = (text: string): object => {
  JSON.parse(text);
  return Object.fromEntries(findLines(text));
};

describe('the lines of a JSON text', () => {
  it('are those on which its values have their names', () => {
    const text = JSON.stringify(
      { port: 1, limits: { maxFrameBytes: 2, deep: { er: null } }, host: ['::1'], auth: 'open' },
      null,
      2,
    );
    expect(linesOf(text)).toEqual({
      port: 2,
      limits: 3,
      'limits.maxFrameBytes': 4,
      'limits.deep': 5,
      'limits.deep.er': 6,
      host: 9,
      auth: 12,
    });
  });

  it('are found in spite of what stands in texts and lists', () => {
    const text = `{
      "data": "a \\"quoted\\" {, [, \\\\",
      "list": [
        { "port": 1, "in": { "it": [] } }, "host", [ "x" ]
      ], "po\\u0072t": 2,\r\n      "empty": {}, "last": true}`;
    expect(linesOf(text)).toEqual({ data: 2, list: 3, port: 5, empty: 6, last: 6 });
  });

  it('are the last where a name is there twice, as its value is', () => {
    expect(linesOf('{"port":1,\n"port":2}')).toEqual({ port: 2 });
  });

  it.each(['[]', '1', '"text"', 'null', '{}'])('%s has none', (text) => {
    expect(linesOf(text)).toEqual({});
  });
});
