import type { DocumentName } from '@quire/protocol';
import { until } from '@quire/testing';
import type { ConfigInput } from '../../main.ts';
import {
  type AuthBackend,
  allowing,
  answering,
  startAuthBackend,
  staysSilent,
  WEBHOOK_SECRET,
} from '../auth-backend.ts';
import { frame, open, type Scenario, type Stage, token, withRole } from './scenario.ts';

/** A backend that is asked who somebody is, one question at a time; settings with which a server asks it. */
async function startAskedBackend(respond: AuthBackend['respond'], atEnd: Stage['atEnd']): Promise<ConfigInput> {
  const backend = await startAuthBackend(respond);
  atEnd(() => backend.close());
  return { webhook: { url: backend.url, secrets: [WEBHOOK_SECRET], maxQuestions: 1 } };
}

/** Asks for the list of documents as each of them, whatever comes of it. */
async function listAs(tokens: readonly string[], { measured }: Stage): Promise<void> {
  for (const each of tokens) {
    const response = await fetch(`${measured.server.url}/v1/documents`, {
      headers: { Authorization: `Bearer ${each}` },
    });
    await response.text();
  }
}

/** Who may enter is asked, granted and taken back. */
export const whoMayEnter: readonly Scenario[] = [
  {
    title: 'a document is shared by a link',
    moves: ['quire_share_links'],
    async play({ measured }) {
      const { name: created } = await measured.server.documents.create();
      await measured.server.links.create(created as DocumentName, { role: 'reader' });
    },
  },
  {
    title: 'somebody’s access is taken back, and comes again with the same token',
    parts: () => ({ authenticator: withRole('editor') }),
    moves: [
      'quire_revocations',
      'quire_access_refusals_total{code="access-revoked"}',
      'quire_document_connections_refused_total{code="access-revoked"}',
      'quire_sent_frames_total{kind="token-request"}',
    ],
    async play(stage) {
      const inside = await open(stage);
      inside.send(token);
      await until(() => inside.frames.length > 0, { what: 'established' });
      await stage.measured.server.revocations.revoke({ user: 'ada' });
      const outside = await open(stage);
      outside.send(token);
    },
  },
  {
    title: 'a backend says who somebody is',
    prepare: (atEnd) => startAskedBackend(allowing(), atEnd),
    moves: [
      'quire_auth_lookups_total{source="question"}',
      'quire_auth_lookups_total{source="memory"}',
      'quire_auth_questions_total{outcome="allowed"}',
      'quire_auth_question_duration_seconds',
    ],
    play: (stage) => listAs(['ada', 'ada'], stage),
  },
  {
    title: 'a backend refuses somebody',
    prepare: (atEnd) => startAskedBackend(answering(401), atEnd),
    moves: ['quire_auth_questions_total{outcome="refused"}'],
    play: (stage) => listAs(['eve'], stage),
  },
  {
    title: 'a backend fails again and again',
    prepare: (atEnd) => startAskedBackend(answering(500), atEnd),
    moves: [
      'quire_auth_lookups_total{source="none"}',
      'quire_auth_questions_total{outcome="failed"}',
      'quire_auth_circuit_open',
    ],
    play: (stage) => listAs(['ada', 'ben', 'cleo', 'dora', 'emil'], stage),
  },
  {
    title: 'a backend does not answer',
    prepare: (atEnd) => startAskedBackend(staysSilent, atEnd),
    moves: ['quire_auth_asked_questions', 'quire_auth_waiting_questions'],
    async play(stage) {
      for (const person of ['ada', 'ben']) {
        const socket = await open(stage);
        socket.send(frame({ kind: 'token', token: person, providerVersion: null }));
      }
    },
  },
];
