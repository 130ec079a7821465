import { z } from 'zod';

/** Whom the credentials of whoever asks stand for, without a document. */
export const meSchema = z.object({
  /** Null where the server knows nobody by them: a guest, who goes by the name that they give. */
  user: z.object({ id: z.string(), name: z.string() }).nullable(),
});
export type Me = z.infer<typeof meSchema>;
