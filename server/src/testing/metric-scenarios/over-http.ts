import { once } from 'node:events';
import { request } from 'node:http';
import { connect } from 'node:net';
import type { DocumentName } from '@quire/protocol';
import * as Y from 'yjs';
import { name, type Scenario, type Stage } from './scenario.ts';

const MIB = 1024 * 1024;

const updatePath = `/v1/documents/${name}/update`;

/** Of more than the system takes for who does not read. */
function largeUpdate(): Uint8Array {
  const doc = new Y.Doc();
  doc.getText('body').insert(0, 'x'.repeat(15 * MIB));
  return Y.encodeStateAsUpdate(doc);
}

function url({ measured }: Stage, path: string): string {
  return `http://127.0.0.1:${measured.server.port}${path}`;
}

/** Calls of the HTTP API. */
export const overHttp: readonly Scenario[] = [
  {
    title: 'the HTTP API is asked, for what is there and for what is not',
    moves: [
      'quire_http_requests_total{status="2xx"}',
      'quire_http_requests_total{status="4xx"}',
      'quire_http_request_duration_seconds',
    ],
    async play(stage) {
      for (const path of ['/v1/documents', '/v1/nothing']) await fetch(url(stage, path));
    },
  },
  {
    title: 'somebody begins to send something to the HTTP API, and does not go on',
    moves: ['quire_http_open_requests', 'quire_http_body_bytes'],
    async play(stage) {
      await stage.measured.server.documents.create({ name: name as DocumentName });
      const headers = { 'Content-Type': 'application/octet-stream', 'Content-Length': '1000' };
      const sending = request(url(stage, updatePath), { method: 'POST', headers });
      sending.on('error', () => {}); // it is cut off in the end
      stage.atEnd(() => sending.destroy());
      sending.write(new Uint8Array(10));
    },
  },
  {
    title: 'somebody asks the HTTP API for a large document, and does not read it',
    moves: ['quire_http_open_reads'],
    async play(stage) {
      await stage.measured.server.documents.create({ name: name as DocumentName });
      const headers = { 'Content-Type': 'application/octet-stream' };
      await fetch(url(stage, updatePath), { method: 'POST', headers, body: Buffer.from(largeUpdate()) });
      const socket = connect(stage.measured.server.port, '127.0.0.1');
      stage.atEnd(() => socket.destroy());
      socket.write(`GET ${updatePath} HTTP/1.1\r\nHost: localhost\r\n\r\n`);
      await once(socket, 'readable'); // and nothing is taken of it
    },
  },
];
