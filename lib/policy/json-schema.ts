import type { Json, JsonObject } from '@/lib/kernel/json';
import { isJsonObject } from '@/lib/kernel/json';
import { all, KEYWORDS, type Node, Unsupported } from './json-schema-keywords';

/** Valid, not valid, or (undefined) not to be told: recursion too deep, a text too long for a pattern. */
export type SchemaTest = (value: Json) => boolean | undefined;

const SCHEMA_NODES_MAX = 10_000;
const CHECKS_MAX = 100_000;
/** Schemas that refer to themselves follow the value down; a value nests less deeply than this. */
const DEPTH_MAX = 256;

/** Says nothing about validity, or is another name for what is handled elsewhere. */
const ANNOTATIONS: ReadonlySet<string> = new Set([
  '$schema',
  '$id',
  '$comment',
  '$defs',
  'definitions',
  '$anchor',
  'title',
  'description',
  'default',
  'examples',
  'example',
  'deprecated',
  'readOnly',
  'writeOnly',
  'format',
  'contentEncoding',
  'contentMediaType',
  'contentSchema',
  'markdownDescription',
  'enumDescriptions',
  'enumNames',
  'nullable',
  'discriminator',
]);

/**
 * Compiles a JSON Schema (2020-12, and the draft-07 spellings that servers use). Patterns are RE2, references stay inside
 * the document, `format` is an annotation. A keyword that would be ignored is a mistake instead: ignoring it could only let more pass.
 */
export function compileSchema(schema: JsonObject): SchemaTest | { readonly mistake: string } {
  const compiled = new Map<unknown, Node>();
  let nodes = 0;
  let depth = 0;
  const compile = (part: Json | undefined): Node => {
    const known = compiled.get(part);
    if (known !== undefined && typeof part === 'object') return known;
    nodes += 1;
    depth += 1;
    if (nodes > SCHEMA_NODES_MAX || depth > DEPTH_MAX) throw new Unsupported('the schema is too large or nests too deeply');
    const node = compileNode(part, compile);
    depth -= 1;
    compiled.set(part, node);
    return node;
  };
  const resolve = (ref: string): Node | null => {
    const target = followPointer(schema, ref);
    return target === undefined ? null : compile(target);
  };
  try {
    const root = compile(schema);
    for (const ref of references(schema))
      if (resolve(ref) === null) throw new Unsupported(`the reference ${ref.slice(0, 60)} leads nowhere inside the schema`);
    return (value) => root(value, { checksLeft: CHECKS_MAX, depth: 0, resolve });
  } catch (error) {
    if (error instanceof Unsupported) return { mistake: `This JSON Schema cannot be used: ${error.message}.` };
    throw error;
  }
}

function compileNode(part: Json | undefined, compile: (part: Json | undefined) => Node): Node {
  if (part === true) return () => true;
  if (part === false) return () => false;
  if (!isJsonObject(part)) throw new Unsupported('a schema is an object, true or false');
  const tests: Node[] = [];
  for (const keyword of Object.keys(part)) {
    if (ANNOTATIONS.has(keyword) || keyword.startsWith('x-')) continue;
    const make = Object.hasOwn(KEYWORDS, keyword) ? KEYWORDS[keyword] : undefined;
    if (make === undefined) throw new Unsupported(`the keyword ${keyword.slice(0, 40)} is not supported`);
    const test = make(part[keyword] as Json, part, compile);
    if (test !== null) tests.push(test);
  }
  return (value, run) => {
    run.checksLeft -= 1;
    if (run.checksLeft < 0 || run.depth >= DEPTH_MAX) return undefined;
    run.depth += 1;
    const verdict = all(tests, (test) => test(value, run));
    run.depth -= 1;
    return verdict;
  };
}

function followPointer(schema: JsonObject, ref: string): Json | undefined {
  if (ref === '#') return schema;
  if (!ref.startsWith('#/')) return undefined;
  let here: Json | undefined = schema;
  for (const token of ref.slice(2).split('/')) {
    let key: string;
    try {
      key = decodeURIComponent(token).replaceAll('~1', '/').replaceAll('~0', '~');
    } catch {
      return undefined;
    }
    if (Array.isArray(here)) here = (here as readonly Json[])[Number(key)];
    else if (isJsonObject(here) && Object.hasOwn(here, key)) here = here[key];
    else return undefined;
  }
  return here;
}

/** Every `$ref` of a schema; found without recursion, since depth is the sender's choice. */
function references(schema: JsonObject): string[] {
  const found: string[] = [];
  const open: Json[] = [schema];
  for (let part = open.pop(); part !== undefined; part = open.pop()) {
    if (typeof part !== 'object' || part === null) continue;
    if (isJsonObject(part) && typeof part.$ref === 'string') found.push(part.$ref);
    for (const child of Object.values(part)) open.push(child as Json);
  }
  return found;
}
