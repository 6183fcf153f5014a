// biome-ignore lint/suspicious/noExplicitAny: it reads raw JSON, whatever its shape
type Any = any;

const KNOWN = [
  'type',
  'properties',
  'required',
  'additionalProperties',
  'enum',
  'minimum',
  'maximum',
  'minLength',
  'items',
  'minItems',
  'not',
  'anyOf',
];

/** Whether a value is valid against a JSON Schema of the few keywords that the generated policies use. */
export function naiveValid(schema: Any, value: Any, same: (a: Any, b: Any) => boolean): boolean {
  if (typeof schema === 'boolean') return schema;
  const strange = Object.keys(schema).find((key) => !KNOWN.includes(key));
  if (strange !== undefined) throw new Error(`the naive evaluator does not know the keyword ${strange}`);
  const valid = (part: Any, inner: Any) => naiveValid(part, inner, same);
  const isList = Array.isArray(value);
  const isObject = typeof value === 'object' && value !== null && !isList;
  if (schema.type !== undefined) {
    const types: string[] = Array.isArray(schema.type) ? schema.type : [schema.type];
    const type = value === null ? 'null' : isList ? 'array' : typeof value;
    if (!types.some((wanted) => wanted === type || (wanted === 'integer' && Number.isInteger(value)))) return false;
  }
  if (schema.enum !== undefined && !schema.enum.some((choice: Any) => same(choice, value))) return false;
  if (schema.not !== undefined && valid(schema.not, value)) return false;
  if (schema.anyOf !== undefined && !schema.anyOf.some((part: Any) => valid(part, value))) return false;
  if (typeof value === 'number' && (value < (schema.minimum ?? value) || value > (schema.maximum ?? value))) return false;
  if (typeof value === 'string' && [...value].length < (schema.minLength ?? 0)) return false;
  if (isList && value.length < (schema.minItems ?? 0)) return false;
  if (isList && schema.items !== undefined && !value.every((item: Any) => valid(schema.items, item))) return false;
  if (!isObject) return true;
  if (!(schema.required ?? []).every((key: string) => Object.hasOwn(value, key))) return false;
  return Object.keys(value).every((key) => {
    if (schema.properties !== undefined && Object.hasOwn(schema.properties, key)) return valid(schema.properties[key], value[key]);
    return schema.additionalProperties === undefined || valid(schema.additionalProperties, value[key]);
  });
}
