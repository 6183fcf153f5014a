import { type KeySpec, MANIFEST, type Section } from './manifest';
import { OPERATORS } from './operators/registry';
import { ROOT_FIELDS } from './path';

/** Sections whose own keys decide whether they are that section; the others are closed by their keys alone. */
const SECTIONS = Object.keys(MANIFEST) as Section[];

/**
 * The JSON Schema (draft-07) of a policy for editors: completion, hover and squiggles while typing. Made from the table
 * that the reader follows, so that the two cannot disagree; the compiler stays the judge, and knows more.
 *
 * @param toolNames names to offer as keys of `tools` and in `hide`
 */
export function policyJsonSchema(toolNames: readonly string[] = []): object {
  const definitions = Object.fromEntries(
    SECTIONS.filter((section) => section !== 'policy').map((section) => [section, sectionSchema(section)]),
  );
  const policy = sectionSchema('policy') as { properties: Record<string, object> };
  policy.properties.tools = {
    ...policy.properties.tools,
    properties: Object.fromEntries(toolNames.map((name) => [name, { $ref: '#/$defs/tool' }])),
  };
  policy.properties.hide = {
    ...policy.properties.hide,
    items: { anyOf: [{ enum: [...toolNames, '*'] }, { type: 'string', minLength: 1 }] },
  };
  return {
    $schema: 'http://json-schema.org/draft-07/schema#',
    $id: '/schemas/policy-v1.json',
    title: 'Callgate policy, version 1',
    allowComments: true,
    allowTrailingCommas: true,
    ...policy,
    $defs: { ...definitions, condition: conditionSchema() },
  };
}

function sectionSchema(section: Section): object {
  const keys = MANIFEST[section];
  const required = Object.keys(keys).filter((key) => keys[key]?.required === true);
  return {
    type: 'object',
    properties: Object.fromEntries(Object.entries(keys).map(([key, spec]) => [key, keySchema(spec)])),
    patternProperties: { '^x-': {} },
    additionalProperties: false,
    ...(required.length === 0 ? {} : { required }),
  };
}

function keySchema(spec: KeySpec): object {
  const described = { description: spec.about, markdownDescription: spec.about };
  if (spec.oneOf === undefined) return { ...described, ...spec.schema };
  // Sets that other writings join (`"90s"`, `args.<path>`) are offered and not enforced.
  if ('type' in spec.schema) return { ...described, anyOf: [{ enum: spec.oneOf }, spec.schema] };
  return { ...described, enum: spec.oneOf };
}

/** Each operator brings the shape of its own value; paths of the fixed roots are offered. */
function conditionSchema(): object {
  const base = sectionSchema('condition') as { properties: Record<string, object> };
  const paths = [
    'args.',
    ...Object.entries(ROOT_FIELDS).flatMap(([root, fields]) => Object.keys(fields).map((field) => `${root}.${field}`)),
  ];
  const operators = [...OPERATORS.values()];
  return {
    ...base,
    properties: {
      ...base.properties,
      path: { ...base.properties.path, anyOf: [{ enum: paths }, { type: 'string' }] },
      op: {
        ...base.properties.op,
        enum: operators.map((operator) => operator.name),
        enumDescriptions: operators.map((operator) => `holds when ${operator.holdsWhen}`),
        markdownEnumDescriptions: operators.map((operator) => `holds when ${operator.holdsWhen}`),
      },
    },
    allOf: operators
      .filter((operator) => Object.keys(operator.valueSchema).length > 0)
      .map((operator) => ({
        if: { properties: { op: { const: operator.name } }, required: ['op'] },
        // biome-ignore lint/suspicious/noThenProperty: `then` is JSON Schema's own key
        then: { properties: { value: operator.valueSchema } },
      })),
  };
}
