import type { Random } from '@quire/testing';
import { createBackend } from './backend.ts';
import { openBigDocument } from './big-documents.ts';
import { holdCrowd } from './crowd.ts';
import { createNotes } from './notes.ts';
import { type Act, playOn, type Stage } from './stage.ts';
import { annoy, loiter } from './strangers.ts';
import { createWorkshop } from './workshop.ts';

interface Part {
  readonly name: string;
  /** How long it rests between two acts, on average. */
  readonly restMs: number;
  readonly act: Act;
}

/** A part has its documents for itself: what it left there is what it must find. */
function createCast(): readonly Part[] {
  return [
    ...['workshop-a', 'workshop-b', 'workshop-c'].map((name) => ({ name, restMs: 1000, act: createWorkshop(name) })),
    ...['notes-a', 'notes-b'].map((name) => ({ name, restMs: 200, act: createNotes(name) })),
    { name: 'crowd', restMs: 0, act: holdCrowd },
    { name: 'big documents', restMs: 4000, act: openBigDocument },
    { name: 'backend', restMs: 500, act: createBackend('backend') },
    { name: 'annoyance', restMs: 300, act: annoy },
    { name: 'loitering', restMs: 1000, act: loiter },
  ];
}

/** Plays everything at once until the curtain falls, and everybody has left. */
export async function play(stage: Stage, random: Random): Promise<void> {
  await Promise.all(createCast().map(({ name, restMs, act }) => playOn(stage, name, random.fork(), restMs, act)));
}
