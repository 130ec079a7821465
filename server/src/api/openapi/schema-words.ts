import type { JsonSchema } from './describe-api.ts';

export interface Field {
  readonly name: string;
  readonly type: string;
  readonly required: boolean;
}

/** The fields of an object, each with what it may be in a few words. */
export function listFields(schema: JsonSchema): readonly Field[] {
  const { properties = {}, required = [] } = schema as {
    readonly properties?: Readonly<Record<string, JsonSchema>>;
    readonly required?: readonly string[];
  };
  return Object.entries(properties).map(([name, field]) => ({
    name,
    type: describeType(field),
    required: required.includes(name),
  }));
}

export function describeType(schema: JsonSchema): string {
  const { anyOf, const: constant, enum: values, format, items, type } = schema;
  if (Array.isArray(anyOf)) return anyOf.map((each: JsonSchema) => describeType(each)).join(' or ');
  if (Array.isArray(values)) return values.map((value) => JSON.stringify(value)).join(' or ');
  if (constant !== undefined) return JSON.stringify(constant);
  if (format === 'date-time') return 'time';
  if (type === 'array') return `list of ${describeType((items ?? {}) as JsonSchema)}`;
  return `${typeof type === 'string' ? type : 'anything'}${describeBounds(schema)}`;
}

function describeBounds({ default: fallback, maxLength, maximum, minimum }: JsonSchema): string {
  const parts: string[] = [];
  if (typeof maxLength === 'number') parts.push(`at most ${maxLength} characters`);
  if (typeof maximum === 'number' && maximum < Number.MAX_SAFE_INTEGER) parts.push(`${minimum} to ${maximum}`);
  if (fallback !== undefined) parts.push(`default ${JSON.stringify(fallback)}`);
  return parts.length === 0 ? '' : ` (${parts.join('; ')})`;
}

/** Something of the shape that a schema describes, to be looked at. */
export function exampleOf(schema: JsonSchema): unknown {
  const { anyOf, const: constant, enum: values, format, items, properties, type } = schema;
  if (Array.isArray(anyOf)) return exampleOf((anyOf[0] ?? {}) as JsonSchema);
  if (Array.isArray(values)) return values[0];
  if (constant !== undefined) return constant;
  switch (type) {
    case 'object':
      return Object.fromEntries(
        Object.entries((properties ?? {}) as Record<string, JsonSchema>).map(([name, field]) => [
          name,
          exampleOf(field),
        ]),
      );
    case 'array':
      return [exampleOf((items ?? {}) as JsonSchema)];
    case 'integer':
    case 'number':
      return 1;
    case 'boolean':
      return true;
    case 'string':
      return format === 'date-time' ? '2026-01-31T12:00:00.000Z' : '…';
    default:
      return {};
  }
}
