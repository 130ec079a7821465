/**
 * Whether two arrays have the same items, or two objects the same fields: for selectors that make new ones.
 *
 * @example
 * const names = useOthers((others) => others.map(({ name }) => name), isShallowEqual);
 */
export function isShallowEqual(one: unknown, other: unknown): boolean {
  if (Object.is(one, other)) return true;
  if (typeof one !== 'object' || typeof other !== 'object' || one === null || other === null) return false;
  if (Array.isArray(one) !== Array.isArray(other)) return false;
  const keys = Object.keys(one);
  return (
    keys.length === Object.keys(other).length &&
    keys.every((key) => Object.hasOwn(other, key) && Object.is(Reflect.get(one, key), Reflect.get(other, key)))
  );
}
