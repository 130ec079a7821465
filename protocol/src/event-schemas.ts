import { z } from 'zod';
import { EVENT_NAME_WORDS, isEventName } from './event-name.ts';

const eventNameSchema = z.string().refine(isEventName, EVENT_NAME_WORDS);

/** What a backend says to everybody in a room. */
export const sendEventSchema = z.strictObject({ name: eventNameSchema, data: z.unknown().optional() });

const MAX_KEY_LENGTH = 255;

export const sendEventHeadersSchema = z.object({
  /** What is sent again under the same key, by the same user, counts once. */
  'Idempotency-Key': z.string().min(1).max(MAX_KEY_LENGTH).optional(),
});

/** An event that was taken. */
export const sentEventSchema = z.object({ id: z.string(), time: z.iso.datetime() });
export type SentEventInfo = z.infer<typeof sentEventSchema>;
