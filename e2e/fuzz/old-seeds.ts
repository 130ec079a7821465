/**
 * Seeds whose runs once found something, each with what it was. What can be said in one frame has besides become a kind of
 * frame of its own, in frames/abuses.ts.
 */
export const oldSeeds: readonly { readonly seed: number; readonly found: string }[] = [
  {
    seed: 1,
    found: 'structs of no length, which nobody who came later could read; people put out for repeating presence',
  },
];
