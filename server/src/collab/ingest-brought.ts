import { closeCodes } from '@quire/protocol';
import { AccessError, type Grant } from '../auth/authenticator.ts';
import { partyOf } from '../party.ts';
import type { Storing } from './confirmation.ts';
import type { DocumentOwner } from './document-owner.ts';
import { findObjection, type IngestLimits } from './ingest.ts';
import {
  answered,
  codeFor,
  describeCase,
  findEndIn,
  type LargeIngestContext,
  weighAgainst,
  weighBeforehand,
} from './ingest-large.ts';
import type { SoundUpdate } from './judgement.ts';
import { Refusal } from './refusal.ts';
import { NOTHING_NEW } from './submission.ts';

/** An update, and the title that the document has with it, where that is known. */
export interface Brought {
  readonly update: Uint8Array;
  readonly title?: string | null;
}

/** Who brings it. */
export interface Bringer {
  readonly grant: Grant;
  readonly remoteAddress: string;
}

/** What an update that came by no connection may be judged by. */
export interface BroughtContext extends LargeIngestContext {
  readonly limits: IngestLimits;
}

/**
 * The door for an update that somebody brings without a connection, as over HTTP: judged as what a client brings of a
 * document that it had open elsewhere is, and always in the thread, since nobody has to be quick about it. What the document has
 * already is nothing new; what builds on edits that it lacks is refused, since nobody would stay to bring them (R3).
 * Resolves once it would have its receipt (G1).
 *
 * @throws {Refusal} and nothing of it is stored; {AccessError} when what let its bringer in was taken back meanwhile;
 * {Unconfirmed} when it is stored, and other nodes let it wait for too long
 */
export async function ingestBrought(
  owner: DocumentOwner,
  { grant, remoteAddress }: Bringer,
  { title = null, update }: Brought,
  context: BroughtContext,
  storing: Storing = {},
): Promise<void> {
  const { judge, limits } = context;
  const sender = { party: partyOf(grant.user.id, remoteAddress), isWanted: () => owner.isOpen };
  if (!judge.makeRoomFor(weighBeforehand(owner, update), sender)) throw new Refusal(closeCodes.overloaded);
  const ruling = await judge.judge(describeCase(owner, 'step-2', update, limits.maxUpdateParts), sender);
  // Deleted meanwhile: whoever tries again meets the new state (R14).
  if (ruling.kind === 'unwanted') throw new Refusal(closeCodes.loadFailed);
  if (ruling.kind !== 'sound') throw new Refusal(codeFor(ruling));
  let submitted: Submitted;
  try {
    submitted = await submitSound(owner, { grant, title, sound: ruling.sound }, context, storing);
  } finally {
    ruling.letGo();
  }
  await submitted.written;
}

/** On its way to the disk, where it counts by itself. */
interface Submitted {
  readonly written: Promise<void>;
}

async function submitSound(
  owner: DocumentOwner,
  { grant, sound, title }: { readonly grant: Grant; readonly sound: SoundUpdate; readonly title: string | null },
  { limits, slicing, standing, store }: BroughtContext,
  storing: Storing,
): Promise<Submitted> {
  const whole = await weighAgainst(owner, 'step-2', sound, slicing);
  if (!owner.isOpen) throw new Refusal(closeCodes.loadFailed);
  // Asked when the body was there, which the judgement may be long after (G6).
  const end = findEndIn(owner, grant, standing);
  if (end !== null) throw new AccessError(end);
  if (whole.spans.length === 0 && whole.deletes.clients.size === 0)
    return { written: owner.write(NOTHING_NEW, storing) };
  if (whole.sound.isMissingSomething && !whole.sound.belongsToTheDead) throw new Refusal(closeCodes.tooMuchPending);
  const established = { kind: 'established', owner, grant, hocuspocus: null } as const;
  const objection = findObjection(established, 'step-2', whole, whole, answered, store, limits);
  if (objection !== null) {
    throw new Refusal(objection.kind === 'refused' ? objection.code : closeCodes.forbidden);
  }
  const { update } = whole;
  return { written: owner.write({ content: [{ author: grant.user.id, update }], title, large: update }, storing) };
}
