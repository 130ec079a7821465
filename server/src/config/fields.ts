import { z } from 'zod';
import { configSchema } from '../config.ts';

export type FieldKind = 'integer' | 'boolean' | 'text' | 'choice' | 'list' | 'objects';

/** One setting, and the names under which each source knows it. */
export interface Field {
  /** `limits.maxFrameBytes` */
  readonly path: string;
  readonly keys: readonly string[];
  /** `QUIRE_LIMITS_MAX_FRAME_BYTES`; null for what only a file can hold. */
  readonly environment: string | null;
  /** `--limits-max-frame-bytes`; null for secrets too, since everybody on a machine can read command lines. */
  readonly flag: string | null;
  /** Its value is shown to nobody; of an address, where it leads. */
  readonly isSecret: boolean;
  readonly isAddress: boolean;
  readonly kind: FieldKind;
  readonly choices: readonly string[];
  readonly description: string;
  /** Undefined when the default is worked out from elsewhere. */
  readonly default: unknown;
  /** Completes "must be …". */
  readonly expected: string;
}

/** The part of JSON Schema that our settings make use of. */
interface SchemaNode {
  readonly type?: string;
  readonly properties?: Readonly<Record<string, SchemaNode>>;
  readonly anyOf?: readonly SchemaNode[];
  readonly enum?: readonly string[];
  readonly minimum?: number;
  readonly maximum?: number;
  readonly default?: unknown;
  readonly description?: string;
  readonly fileOnly?: boolean;
  readonly secret?: boolean;
  readonly address?: boolean;
  readonly minLength?: number;
}

/** All settings in the order of the schema. */
export const fields: readonly Field[] = collectFields(
  z.toJSONSchema(configSchema, { io: 'input', unrepresentable: 'any' }) as SchemaNode,
  [],
);

function collectFields(node: SchemaNode, keys: readonly string[]): Field[] {
  if (node.properties === undefined) return [describeField(node, keys)];
  return Object.entries(node.properties).flatMap(([key, child]) => collectFields(child, [...keys, key]));
}

function describeField(node: SchemaNode, keys: readonly string[]): Field {
  const words = keys.flatMap((key) => key.split(/(?=[A-Z])/)).map((word) => word.toLowerCase());
  const kind = kindOf(node);
  return {
    path: keys.join('.'),
    keys,
    environment: node.fileOnly === true ? null : `QUIRE_${words.join('_').toUpperCase()}`,
    isSecret: node.secret === true,
    isAddress: node.address === true,
    flag: node.fileOnly === true || node.secret === true ? null : `--${words.join('-')}`,
    kind,
    choices: node.enum ?? [],
    description: node.description ?? '',
    default: node.default,
    expected: describeExpected(node, kind),
  };
}

function kindOf(node: SchemaNode): FieldKind {
  if (node.fileOnly === true) return 'objects';
  if (node.anyOf !== undefined) return 'list';
  if (node.enum !== undefined) return 'choice';
  if (node.type === 'integer') return 'integer';
  return node.type === 'boolean' ? 'boolean' : 'text';
}

function describeExpected(node: SchemaNode, kind: FieldKind): string {
  switch (kind) {
    case 'integer':
      return `a whole number from ${node.minimum} to ${node.maximum}`;
    case 'boolean':
      return 'true or false';
    case 'choice':
      return `one of ${(node.enum ?? []).join(', ')}`;
    case 'list':
      return 'a list, or text separated by commas';
    case 'objects':
      return 'a list of objects';
    case 'text':
      return (node.minLength ?? 1) > 1 ? `at least ${node.minLength} characters` : 'text that is not empty';
    default:
      return kind satisfies never;
  }
}

const truths: ReadonlyMap<string, boolean> = new Map([
  ['true', true],
  ['1', true],
  ['yes', true],
  ['on', true],
  ['false', false],
  ['0', false],
  ['no', false],
  ['off', false],
]);

/** What a text from the environment or a flag stands for; the text itself when it can't be read, for the schema to refuse. */
export function readText(field: Field, text: string): unknown {
  if (field.kind === 'integer') return /^-?\d+$/.test(text.trim()) ? Number(text) : text;
  if (field.kind === 'boolean') return truths.get(text.trim().toLowerCase()) ?? text;
  return text;
}
