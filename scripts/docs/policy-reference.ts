import { factsOfTarget } from '@/lib/domain/target-methods';
import type { Json, JsonObject } from '@/lib/kernel/json';
import type { PolicyTest, TestExpectation } from '@/lib/policy/document';
import { removeAt } from '@/lib/policy/edit/remove-at';
import { applyEdits } from '@/lib/policy/edit/text-edit';
import { OPERATORS } from '@/lib/policy/operators/registry';
import { policyJsonSchema } from '@/lib/policy/policy-schema';
import { REVIEW_CODES } from '@/lib/policy/review/codes';
import type { PolicyExample, PolicyExamples } from './policy-examples';

interface SchemaOfKeys {
  readonly properties: Readonly<
    Record<string, { readonly description?: string; readonly enum?: readonly string[]; readonly anyOf?: readonly JsonObject[] }>
  >;
  readonly required?: readonly string[];
}

/**
 * The reference of the policy language: a text by hand, in which each `{{…}}` on a line of its own is replaced by what the schema
 * (`keys`), the operators, the findings or the examples say. Throws on a place that nothing fills and on an example that no place shows.
 */
export function policyReference(template: string, examples: PolicyExamples): string {
  const shown = new Set<string>();
  const text = template.replace(/^\{\{(\w+)(?: ([\w-]+))?\}\}$/gm, (place, kind: string, name: string | undefined) => {
    if (kind === 'keys' && name !== undefined) return keyTable(name);
    if (kind === 'operators') return operatorTable(examples.operators);
    if (kind === 'errors') return errorTable(examples.errors);
    if (kind === 'findings') return findingTable();
    const example = kind === 'example' && name !== undefined ? examples.policies.get(name) : undefined;
    if (example === undefined) throw new Error(`nothing fills ${place}`);
    shown.add(name ?? '');
    return exampleText(example);
  });
  const hidden = [...examples.policies.keys()].filter((name) => !shown.has(name));
  if (hidden.length > 0) throw new Error(`no place shows the example ${hidden.join(', ')}`);
  return text;
}

/** The keys of one section, as the JSON Schema has them. */
function keyTable(section: string): string {
  const schema = policyJsonSchema() as unknown as SchemaOfKeys & { readonly $defs: Readonly<Record<string, SchemaOfKeys>> };
  const found = section === 'policy' ? schema : schema.$defs[section];
  if (found === undefined) throw new Error(`the schema has no section ${section}`);
  const rows = Object.entries(found.properties).map(([key, { description = '', enum: words, anyOf = [] }]) => {
    const offered = words ?? anyOf.flatMap((one) => (Array.isArray(one.enum) ? (one.enum as string[]) : []));
    const isPath = section === 'condition' && key === 'path';
    const choices = offered.length === 0 || isPath || key === 'op' ? '' : ` One of ${offered.map((word) => `\`${word}\``).join(', ')}.`;
    return `| \`${key}\` | ${found.required?.includes(key) === true ? 'yes' : ''} | ${cell(description + choices)} |`;
  });
  return ['| key | required | |', '|---|---|---|', ...rows].join('\n');
}

function operatorTable(examples: PolicyExamples['operators']): string {
  const rows = [...OPERATORS.values()].map(({ name, holdsWhen }) => {
    const example = examples[name];
    if (example === undefined) throw new Error(`the operator ${name} has no example`);
    const list = (values: readonly Json[] = []) => values.map((value) => code(value)).join(' ');
    return `| \`${name}\` | ${cell(holdsWhen)} | ${code(example.value)} | ${list(example.holds)} | ${list(example.fails)} | ${list(example.undecided)} |`;
  });
  return [
    '| operator | holds when | for example with | holds for | does not for | cannot judge |',
    '|---|---|---|---|---|---|',
    ...rows,
  ].join('\n');
}

function errorTable(errors: PolicyExamples['errors']): string {
  const rows = errors.map((error) => `| \`${cell(error.text)}\` | \`${error.code}\` | ${error.hint ?? ''} |`);
  return ['| text | problem | hint |', '|---|---|---|', ...rows].join('\n');
}

function findingTable(): string {
  const rows = Object.entries(REVIEW_CODES).map(([name, about]) => `| \`${name}\` | ${cell(about)} |`);
  return ['| code | |', '|---|---|', ...rows].join('\n');
}

/** The policy without its tests, and the tests as a table of calls and what comes of them. */
function exampleText({ text, document, tools }: PolicyExample): string {
  const asides = tools.length === 0 ? ['/tests'] : ['/tests', '/x-tools'];
  const policy = asides.reduce((now, pointer) => applyEdits(now, removeAt(now, pointer).edits), text);
  const known = tools.length === 0 ? [] : [`Here ${tools.map(toolWords).join(', ')}.`, ''];
  const rows = document.tests.map((test) => `| ${cell(test.name)} | ${callText(test)} | ${expectationText(test.expect)} |`);
  return ['```jsonc', policy.trim(), '```', '', ...known, '| | call | comes out as |', '|---|---|---|', ...rows].join('\n');
}

function toolWords({ name, category, risk, inputSchema, dispatch }: PolicyExample['tools'][number]): string {
  const words = [
    ...(category === undefined ? [] : [`is ${category} of ${risk} risk`]),
    ...(inputSchema === undefined ? [] : [`takes ${code(inputSchema)}`]),
    ...(dispatch === undefined ? [] : ['was detected as a dispatcher']),
  ];
  return `\`${name}\` ${words.join(' and ')}`;
}

function callText({ method, tool, arguments: args, agent, grant, client, at, counters }: PolicyTest): string {
  const facts = [
    Object.keys(args).length === 0 ? '' : code(args as Json),
    agent === null ? '' : `as ${code(withoutNulls({ ...agent }))}`,
    grant === null ? '' : `under ${code(withoutNulls({ ...grant }))}`,
    client === null ? '' : `from \`${client.name}\``,
    at === null ? '' : `at ${new Date(at).toISOString().replace('.000', '')}`,
    Object.keys(counters).length === 0 ? '' : `with ${code(counters)} used`,
  ];
  const named = method === undefined ? tool : factsOfTarget(method).ask === null ? `${method} ${tool}` : method;
  return [`\`${named}\``, ...facts.filter((fact) => fact !== '')].join(' ');
}

function withoutNulls(value: Record<string, unknown>): Json {
  const isSaid = (one: unknown) => one !== null && !(typeof one === 'object' && Object.keys(one).length === 0);
  return Object.fromEntries(Object.entries(value).filter(([, one]) => isSaid(one))) as JsonObject;
}

function expectationText({ outcome, rule, message }: TestExpectation): string {
  const words = [`**${outcome.replaceAll('_', ' ')}**`];
  if (rule !== null) words.push(`by \`${cell(rule)}\``);
  if (message !== null) words.push(`“${cell(message)}”`);
  return words.join(' ');
}

function code(value: Json): string {
  return `\`${cell(inline(value))}\``;
}

/** JSON on one line, with a blank after commas and colons. */
function inline(value: Json): string {
  if (Array.isArray(value)) return `[${value.map((item) => inline(item as Json)).join(', ')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  return `{${Object.entries(value)
    .map(([key, child]) => `${JSON.stringify(key)}: ${inline(child as Json)}`)
    .join(', ')}}`;
}

/** A bar would end the cell. */
function cell(text: string): string {
  return text.replaceAll('|', '\\|').replaceAll('\n', ' ');
}
