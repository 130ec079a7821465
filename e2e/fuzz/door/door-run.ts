import { randomBytes } from 'node:crypto';
import type { CloseCodeName } from '@quire/protocol';
import { type ServerProcess, startServer } from '@quire/testing';
import { findComplaints } from '../../soak/log-complaints.ts';
import { inspectable, openServerGauge, returningAllocator, type ServerGauge } from '../../soak/server-gauge.ts';
import type { Row } from '../../soak/verdict.ts';
import { compareEnd, type FuzzRun, fuzzLimits, readStart } from '../fuzz-run.ts';
import { seatInnocents } from '../innocents.ts';
import { findChanged, writeDocuments } from '../kept-documents.ts';
import { Siege } from '../siege.ts';
import type { Tally } from '../tally.ts';
import { createDoorScripts, doorShapes, keptDocuments } from './door-script.ts';
import { besiegeLines, type LineTally } from './line-siege.ts';
import { REVOKED_USER, tokenKinds, writeEditorToken, writeOwnerToken } from './tokens.ts';

export interface DoorRun extends Pick<FuzzRun, 'seed' | 'frames' | 'signal' | 'say'> {
  /** How many there are over HTTP. */
  readonly lines: number;
}

export interface DoorResult {
  readonly tally: Tally;
  readonly lines: LineTally;
  readonly rows: readonly Row[];
  readonly innocentWords: number;
  /** What must not happen and did, in words. */
  readonly faults: readonly string[];
}

/** What a run at a door that asks for tokens brings about each time. */
const required = [
  'unauthorized',
  'forbidden',
  'link-ended',
  'access-revoked',
  'auth-timeout',
  'too-much-before-auth',
  'too-many-documents',
  'bad-document-name',
  'bad-frame',
  'frame-too-big',
  'protocol-error',
] as const satisfies readonly CloseCodeName[];

const SECRET_BYTES = 48;
const WARM_UP_LINES = 8;
const INNOCENT_DOCUMENT = 'open/innocent';

/** Sends whatever may be sent to a door to a server that asks for tokens, by WebSocket and by plain requests. */
export async function runDoor({ seed, frames, lines: sessions, signal, say }: DoorRun): Promise<DoorResult> {
  const secret = randomBytes(SECRET_BYTES).toString('base64url');
  const server = await startServer({
    ownProcess: true,
    env: { ...inspectable, ...returningAllocator, ...fuzzLimits, QUIRE_APP: 'false', QUIRE_JWT_SECRETS: secret },
  });
  const deleteDocument = (): Promise<void> => Promise.reject(new Error('nobody deletes anything here'));
  const siege = new Siege({ server, seed, say, deleteDocument, scripts: createDoorScripts(secret) });
  const owner = writeOwnerToken(secret);
  let gauge: ServerGauge | null = null;
  try {
    await revoke(server, owner);
    const written = await writeDocuments(server, keptDocuments, owner);
    const editor = writeEditorToken({ secret });
    // Code is compiled then, and pools are filled.
    const warmUp = { port: server.port, seed: seed + 1, sessions: WARM_UP_LINES, token: editor, signal };
    await besiegeLines({ ...warmUp, accuse: (words) => siege.accuse(words) });
    await siege.goOn(0, signal); // the set pieces
    gauge = await openServerGauge(server);
    const start = await readStart(gauge, 'when empty', signal);
    const tokenOf = (name: string): string => writeEditorToken({ secret }, name);
    const innocents = await seatInnocents(server, INNOCENT_DOCUMENT, (words) => siege.accuse(words), tokenOf);
    const lines = await besiegeLines({
      port: server.port,
      seed,
      sessions,
      token: editor,
      signal,
      accuse: (words) => siege.accuse(words),
    });
    while (!siege.hasSent(frames)) await siege.goOn(frames, signal);
    await innocents.check().catch((error: Error) => siege.accuse(error.message));
    innocents.leave();
    for (const changed of await findChanged(server, written, owner)) siege.accuse(`was changed: ${changed}`);
    const rows = await compareEnd(gauge, 'when empty', start, signal);
    gauge.close();
    await server.stop().catch((error: Error) => siege.accuse(error.message));
    for (const complaint of findComplaints(server.log)) siege.accuse(complaint);
    for (const missing of [...findMissing(siege.tally), ...lines.missing()]) siege.accuse(missing);
    return { tally: siege.tally, lines, rows, innocentWords: innocents.written, faults: siege.faults };
  } finally {
    gauge?.close();
    // After a run that went through it has ended; otherwise what went wrong is on its way already.
    await server.stop().catch(() => {});
  }
}

async function revoke({ url }: ServerProcess, owner: string): Promise<void> {
  const answer = await fetch(`${url}/v1/revocations`, {
    method: 'POST',
    headers: { Authorization: `Bearer ${owner}`, 'Content-Type': 'application/json' },
    body: JSON.stringify({ user: REVOKED_USER }),
  });
  if (answer.status !== 201) throw new Error(`nobody is revoked: ${answer.status} ${await answer.text()}`);
  await answer.body?.cancel();
}

function findMissing(tally: Tally): string[] {
  return [
    ...doorShapes.filter((shape) => tally.sessionsOf(shape) === 0).map((shape) => `no session ${shape}`),
    ...tokenKinds
      .filter(({ name }) => tally.framesOf(`${name}, in the query`) === 0)
      .map(({ name }) => `was never brought: ${name}`),
    ...required.filter((name) => tally.endingsBy(name) === 0).map((name) => `nothing was closed with ${name}`),
  ];
}
