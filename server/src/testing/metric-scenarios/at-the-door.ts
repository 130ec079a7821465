import { closeCodes } from '@quire/protocol';
import { AccessError, type Authenticator } from '../../auth/authenticator.ts';
import { ask, crowdPort, frame, keystroke, open, type Scenario, token, withRole } from './scenario.ts';

/** Who asks to enter waits for as long as the scenario lasts. */
const neverAnswers: Authenticator = { authenticate: () => new Promise(() => {}) };

/** Somebody is not let in, or not yet. */
export const atTheDoor: readonly Scenario[] = [
  {
    title: 'upgrades are refused',
    moves: ['400', '403', '404', '405', '426'].map((status) => `quire_upgrade_failures_total{status="${status}"}`),
    async play(stage) {
      await ask(stage, '/collab', { 'Sec-WebSocket-Key': 'short' });
      await ask(stage, '/collab', { Origin: 'https://elsewhere.example' });
      await ask(stage, '/nowhere', {});
      await ask(stage, '/collab', {}, 'POST');
      await (await fetch(`${stage.measured.server.url}/collab`)).text();
    },
  },
  {
    title: 'there are as many sessions as a node takes',
    settings: { limits: { maxSessions: 1 } },
    moves: ['quire_upgrade_failures_total{status="503"}'],
    async play(stage) {
      await open(stage);
      await ask(stage, '/collab', {});
    },
  },
  {
    title: 'more connections come from one address than it may have',
    settings: { limits: { maxSessions: 2, maxSessionsPerAddress: 1 } },
    moves: ['quire_connections_refused_total{limit="address"}'],
    play: crowdPort,
  },
  {
    title: 'more connections come through a proxy than a node takes',
    settings: { limits: { maxSessions: 1 }, trustedProxies: ['127.0.0.1'] },
    moves: ['quire_connections_refused_total{limit="node"}'],
    play: crowdPort,
  },
  {
    title: 'too many sessions come from one address, and too many open a document',
    settings: { limits: { maxSessionsPerAddress: 2, maxClientsPerDocument: 1 } },
    moves: [
      'quire_upgrade_failures_total{status="429"}',
      'quire_document_connections_refused_total{code="document-full"}',
      'quire_sessions_closed_total{code="document-full"}',
    ],
    async play(stage) {
      const sockets = [await open(stage), await open(stage)];
      await ask(stage, '/collab', {});
      for (const socket of sockets) socket.send(token);
    },
  },
  {
    title: 'somebody has too many sessions',
    settings: { limits: { maxSessionsPerUser: 1 } },
    parts: () => ({ authenticator: withRole('editor') }),
    moves: ['quire_document_connections_refused_total{code="too-many-sessions"}'],
    async play(stage) {
      for (let tab = 0; tab < 2; tab += 1) (await open(stage)).send(token);
    },
  },
  {
    title: 'somebody waits at the door',
    parts: () => ({ authenticator: neverAnswers }),
    moves: ['quire_document_connections_entering', 'quire_unestablished_frames', 'quire_unestablished_bytes'],
    async play(stage) {
      const socket = await open(stage);
      socket.send(token);
      socket.send(frame({ kind: 'update', update: keystroke() }));
    },
  },
  {
    title: 'somebody is not let in',
    parts: () => ({ authenticator: { authenticate: () => Promise.reject(new AccessError(closeCodes.forbidden)) } }),
    moves: ['quire_document_connections_refused_total{code="forbidden"}', 'quire_sent_frames_total{kind="denied"}'],
    async play(stage) {
      (await open(stage)).send(token);
    },
  },
];
