import { randomBytes } from 'node:crypto';
import { type DocumentName, documentNameSchema } from '@quire/protocol';

/** Digits and letters that no one takes for each other when reading a name aloud or off paper. */
const ALPHABET = '0123456789abcdefghjkmnpqrstvwxyz';
const GROUPS = 4;
const GROUP_LENGTH = 4;

/** Such as `7k3d-x0pa-m2vh-8qte`: 80 random bits, so that names neither collide nor can be guessed. */
export function randomDocumentName(): DocumentName {
  const letters = [...randomBytes(GROUPS * GROUP_LENGTH)].map((byte) => ALPHABET[byte % ALPHABET.length]);
  const groups = Array.from({ length: GROUPS }, (_, index) =>
    letters.slice(index * GROUP_LENGTH, (index + 1) * GROUP_LENGTH).join(''),
  );
  return documentNameSchema.parse(groups.join('-'));
}
