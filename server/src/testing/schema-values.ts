import * as fc from 'fast-check';

type JsonSchema = Readonly<Record<string, unknown>>;

const MAX_STRING = 40;
const MAX_ITEMS = 4;

/** Values of the shape that a JSON Schema describes, as far as schemas of ours go. */
export function valuesOf(schema: JsonSchema): fc.Arbitrary<unknown> {
  const { anyOf, const: constant, enum: values, format, items, maximum, maxLength, minimum, minLength, type } = schema;
  if (Array.isArray(anyOf)) return fc.oneof(...anyOf.map((each: JsonSchema) => valuesOf(each)));
  if (Array.isArray(values)) return fc.constantFrom(...(values as unknown[]));
  if (constant !== undefined) return fc.constant(constant);
  switch (type) {
    case 'string': {
      if (format === 'date-time') return fc.date({ noInvalidDate: true }).map((date) => date.toISOString());
      const longest = typeof maxLength === 'number' ? Math.min(maxLength, MAX_STRING) : MAX_STRING;
      return fc.string({
        unit: 'binary',
        minLength: typeof minLength === 'number' ? minLength : 0,
        maxLength: longest,
      });
    }
    case 'integer':
    case 'number':
      return fc.integer({ min: boundOf(minimum, -1_000), max: boundOf(maximum, 1_000) });
    case 'boolean':
      return fc.boolean();
    case 'null':
      return fc.constant(null);
    case 'array':
      return fc.array(valuesOf((items ?? {}) as JsonSchema), { maxLength: MAX_ITEMS });
    case 'object':
      return objectsOf(schema);
    default:
      return fc.jsonValue({ maxDepth: 3 });
  }
}

function objectsOf({ properties = {}, required = [] }: JsonSchema): fc.Arbitrary<unknown> {
  const fields = Object.entries(properties as Record<string, JsonSchema>).map(([name, field]) => [
    name,
    valuesOf(field),
  ]);
  const requiredKeys = required as string[];
  return fc.record(Object.fromEntries(fields) as Record<string, fc.Arbitrary<unknown>>, { requiredKeys });
}

function boundOf(bound: unknown, otherwise: number): number {
  return typeof bound === 'number' ? Math.max(-1_000_000, Math.min(bound, 1_000_000)) : otherwise;
}
