import { z } from 'zod';

export const whole = (min: number, max: number) => z.int().min(min).max(max);

/** One or many: `a,b` in an environment variable or a flag, an array in a file. */
export const listOf = (item: z.ZodType<string, string>) =>
  z.union([
    z
      .string()
      .transform((text) => text.split(',').map((part) => part.trim()))
      .pipe(z.array(item)),
    z.array(item),
  ]);

export const urlSchema = z.string().superRefine((url, context) => {
  if (/^https?:\/\//i.test(url) && URL.canParse(url)) return;
  context.addIssue({ code: 'custom', message: 'must be an address that begins with https:// or http://', input: url });
});

/** A user and a password in it would be refused by `fetch`. @param instead how whoever is asked knows us */
export const openUrlSchema = (instead: string) =>
  urlSchema.superRefine((text, context) => {
    const url = URL.parse(text);
    if (url === null || (url.username === '' && url.password === '')) return;
    context.addIssue({ code: 'custom', message: `must not hold a user and a password: ${instead}`, input: text });
  });

/** Of a cookie (RFC 6265 §4.1.1). */
export const cookieNameSchema = z.string().regex(/^[\w!#$%&'*+.^`|~-]+$/);
