import * as Y from 'yjs';
import { ask, frame, keystroke, open, type Scenario, token, withRole } from './scenario.ts';

/** Somebody sends what can't be read, or what they may not. */
export const badFrames: readonly Scenario[] = [
  {
    title: 'a frame comes in too many fragments',
    settings: { limits: { maxFragments: 2 } },
    moves: ['quire_sessions_closed_total{code="too-many-fragments"}'],
    async play(stage) {
      const raw = await ask(stage, '/collab', {});
      for (const opcode of [0x02, 0x00, 0x00, 0x00]) raw.write(new Uint8Array([opcode, 0x81, 0, 0, 0, 0, 0x78]));
    },
  },
  {
    title: 'what arrives is no frame',
    moves: [
      'quire_received_frames_total{kind="malformed"}',
      'quire_sessions_closed_total{code="bad-frame"}',
      'quire_sessions_closed_total{code="frame-too-big"}',
      'quire_sessions_closed_total{code="protocol-error"}',
      'quire_sessions_closed_total{code="not-utf8"}',
    ],
    settings: { limits: { maxFrameBytes: 1024 } },
    async play(stage) {
      (await open(stage)).send(new Uint8Array([4, 112, 108, 97, 110, 99]));
      (await open(stage)).send(new Uint8Array(2048));
      const raw = await ask(stage, '/collab', {});
      raw.write(new Uint8Array([0x82, 0x01, 0x00])); // not masked, as only a server may send
      const text = await ask(stage, '/collab', {});
      text.write(new Uint8Array([0x81, 0x82, 0, 0, 0, 0, 0xc3, 0x28])); // a text of half a character
    },
  },
  {
    title: 'a reader writes',
    parts: () => ({ authenticator: withRole('reader') }),
    moves: ['quire_edits_refused_total{code="read-only"}', 'quire_sent_frames_total{kind="refusal"}'],
    async play(stage) {
      const socket = await open(stage);
      socket.send(token);
      socket.send(frame({ kind: 'update', update: keystroke() }));
    },
  },
  {
    title: 'an editor sends what is no update',
    moves: ['quire_edits_refused_total{code="bad-update"}', 'quire_sessions_closed_total{code="bad-update"}'],
    async play(stage) {
      const socket = await open(stage);
      socket.send(token);
      socket.send(frame({ kind: 'update', update: new Uint8Array([255]) }));
    },
  },
  {
    title: 'an editor sends what is too large for a document, and what has too many parts',
    settings: { limits: { maxDocumentBytes: 1024, maxUpdateParts: 100 } },
    moves: ['document-too-large', 'update-too-complex'].map((code) => `quire_edits_refused_total{code="${code}"}`),
    async play(stage) {
      const [large, complex] = [new Y.Doc(), new Y.Doc()];
      large.getText('body').insert(0, 'x'.repeat(2048));
      complex.getArray('numbers').push(Array.from({ length: 200 }, (_, at) => at));
      for (const doc of [large, complex]) {
        const socket = await open(stage);
        socket.send(token);
        socket.send(frame({ kind: 'update', update: Y.encodeStateAsUpdate(doc) }));
      }
    },
  },
];
