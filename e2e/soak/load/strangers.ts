import { closeCodes } from '@quire/protocol';
import { openFrameSocket, type Random } from '@quire/testing';
import { pause } from '../pause.ts';
import { ask } from './http-api.ts';
import type { Act, Stage } from './stage.ts';

/** Well above `limits.establishTimeoutMs` and the seconds between two looks at it. */
const LONGEST_LOITERING_MS = 45_000;

/** Who is refused costs the server something, too, and must leave nothing behind. */
export const annoy: Act = async (stage, random) => {
  const { wsUrl } = stage.server;
  switch (random.below(4)) {
    case 0:
      await expectClosed(stage, `${wsUrl}/collab`, random, closeCodes.badFrame.code);
      break;
    case 1:
      await expectClosed(stage, `${wsUrl}/yjs/soak%2Flobby%2F0`, random, closeCodes.badFrame.code);
      break;
    case 2:
      // No name of a document: it has a control character in it.
      await expectClosed(stage, `${wsUrl}/yjs/soak%07`, random, closeCodes.badDocumentName.code);
      break;
    default:
      await ask(stage, 'GET', '/collab', 426);
  }
  stage.did('refusals');
};

async function expectClosed(stage: Stage, url: string, random: Random, due: number): Promise<void> {
  const socket = await openFrameSocket(url);
  socket.send(Buffer.from(Array.from({ length: 40 }, () => 0x80 + random.below(0x80))));
  const { code } = await socket.closed;
  if (code !== due) stage.fault(`nonsense at ${url} was closed with ${code}, not ${due}`);
}

/** Opens a socket and never says anything: the server has to notice. */
export const loiter: Act = async (stage) => {
  const socket = await openFrameSocket(`${stage.server.wsUrl}/collab`);
  try {
    await Promise.race([socket.closed, pause(LONGEST_LOITERING_MS, stage.curtain)]);
    if (!stage.curtain.aborted && socket.isOpen) stage.fault('somebody who said nothing was allowed to stay');
  } finally {
    socket.close();
  }
};
