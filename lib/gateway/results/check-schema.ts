import { isJsonObject, type Json, type JsonObject } from '@/lib/kernel/json';
import { compileSchema, type SchemaTest } from '@/lib/policy/json-schema';

const compiled = new WeakMap<JsonObject, SchemaTest | null>();

/** Whether the structured content of a result is what the tool's approved output schema says; a schema that cannot be compiled judges nothing. */
export function followsSchema(message: Json, schema: JsonObject): boolean {
  if (!isJsonObject(message) || !isJsonObject(message.result)) return true;
  const { result } = message;
  // An error result needs no structure, and neither does one that is still to come.
  if (result.isError === true || (result.resultType !== undefined && result.resultType !== 'complete')) return true;
  let test = compiled.get(schema);
  if (test === undefined) {
    const made = compileSchema(schema);
    test = typeof made === 'function' ? made : null;
    compiled.set(schema, test);
  }
  if (test === null) return true;
  if (result.structuredContent === undefined) return false;
  try {
    return test(result.structuredContent) === true;
  } catch {
    return false;
  }
}
