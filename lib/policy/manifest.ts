import { RESULT_BYTES_MAX } from '@/lib/domain/result-flags';
import { CATEGORIES } from '@/lib/domain/risk';
import { TARGET_METHODS } from '@/lib/domain/target-methods';
import { EXPECTED_OUTCOMES } from './document';
import { WINDOW_UNITS } from './duration';

/** The places in a policy that have a fixed set of keys. */
export type Section =
  | 'policy'
  | 'all_tools'
  | 'risk'
  | 'risk_rule'
  | 'tool'
  | 'rule'
  | 'condition'
  | 'limit'
  | 'rate_limit'
  | 'approval'
  | 'dispatch'
  | 'test'
  | 'test_agent'
  | 'test_grant'
  | 'test_client'
  | 'test_expect'
  | 'targets'
  | 'all_targets'
  | 'target'
  | 'server'
  | 'results';

/** One key: the words an editor shows, and which reference or schema its value follows. */
export interface KeySpec {
  readonly about: string;
  readonly required?: boolean;
  /** Text of a closed set; what is offered and what a typing mistake is compared with. */
  readonly oneOf?: readonly string[];
  /** JSON Schema of the value, for editors; `{ $ref: '#/$defs/<section>' }` leads to another section. */
  readonly schema: object;
}

const text = { type: 'string' };
const list = (section: Section) => ({ type: 'array', items: { $ref: `#/$defs/${section}` } });
const rules = { type: 'array', items: { anyOf: [{ $ref: '#/$defs/condition' }, { $ref: '#/$defs/rule' }] } };
const names = { type: 'array', items: text };

const MODE: KeySpec = {
  about: '`enforce` decides; `observe` decides and records, and lets the call pass.',
  oneOf: ['enforce', 'observe'],
  schema: {},
};
/** Of one rule; the same words as for a block, which it overrides. */
const RULE_MODE: KeySpec = {
  about: 'Of this rule alone: `observe` records what it would have refused and lets it pass, `enforce` decides. Left out: as its block.',
  oneOf: ['enforce', 'observe'],
  schema: {},
};
const REQUIRE: KeySpec = { about: 'Every rule must hold. A rule that cannot be evaluated does not hold.', schema: rules };
const DENY_IF: KeySpec = { about: 'No rule may hold. A rule that cannot be evaluated holds.', schema: rules };
const LIMITS: KeySpec = { about: 'Counters that a call charges; all of them or none.', schema: list('limit') };
const RATE: KeySpec = {
  about: 'Calls per time: `"10/minute"`, or `{ "max": 10, "window": 60 }` with seconds.',
  schema: { anyOf: [text, { $ref: '#/$defs/rate_limit' }] },
};
const APPROVAL: KeySpec = {
  about: 'A person has to approve. `true` always; with `when`, only if its conditions hold.',
  schema: { anyOf: [{ type: 'boolean' }, { type: 'null' }, { $ref: '#/$defs/approval' }] },
};
const REDACT: KeySpec = {
  about: 'Paths whose values are never stored or shown, e.g. `args.card.number` or `args.**.password`.',
  schema: names,
};
const ON_DENY: KeySpec = { about: 'The sentence that the agent reads when this refuses its call.', schema: text };
const RULE_KEYS = { require: REQUIRE, deny_if: DENY_IF, limits: LIMITS, rate_limit: RATE, approval: APPROVAL, redact: REDACT };
const TOOL_KEYS = {
  action: {
    about: '`allow` (also when left out), `deny`, or `approve`: a person is asked each time.',
    oneOf: ['allow', 'deny', 'approve'],
    schema: {},
  },
  reason: { about: 'Why, shown to the agent when the call is denied.', schema: text },
  ...RULE_KEYS,
  mode: MODE,
};

const { approval: _, ...ALL_TARGETS_KEYS } = RULE_KEYS;
const { approval: __, ...OTHER_KEYS } = TOOL_KEYS;
/** Of what is no tool: nobody is asked, since an approval is bound to the definition of a tool. */
const TARGET_KEYS = {
  ...OTHER_KEYS,
  action: { about: '`allow` (also when left out) or `deny`.', oneOf: ['allow', 'deny'], schema: {} },
};

/** Every key of the language: the reader, the editor's schema and the hints all follow this table. */
export const MANIFEST: Readonly<Record<Section, Readonly<Record<string, KeySpec>>>> = {
  policy: {
    $schema: { about: 'Where editors find the schema; decides nothing.', schema: text },
    version: { about: 'The version of the language.', required: true, oneOf: ['1'], schema: {} },
    description: { about: 'What this policy is for.', schema: text },
    default: { about: 'What happens to tools that are not listed.', required: true, oneOf: ['allow', 'deny'], schema: {} },
    mode: MODE,
    timezone: { about: 'IANA time zone for `time.*`; UTC when left out.', schema: text },
    hide: { about: 'Tools that are left out of the list and refused; `*` stands for any characters, `"*"` for every tool.', schema: names },
    all_tools: { about: "Applies to every call, after the tool's own rules.", schema: { $ref: '#/$defs/all_tools' } },
    risk: { about: 'Rules by risk class, for tools that are not listed under `tools`.', schema: { $ref: '#/$defs/risk' } },
    tools: {
      about: 'Rules by tool name; exact beats glob, the longest glob first. `{}` allows the tool.',
      schema: { type: 'object', additionalProperties: { $ref: '#/$defs/tool' } },
    },
    resources: {
      about: 'Rules for reading resources, by address. Left out: every resource may be read.',
      schema: { $ref: '#/$defs/targets' },
    },
    prompts: { about: 'Rules for getting prompts, by name. Left out: every prompt may be had.', schema: { $ref: '#/$defs/targets' } },
    server: {
      about: 'What the server may ask of the client. Left out: everything that the client offers.',
      schema: { $ref: '#/$defs/server' },
    },
    results: { about: 'What happens to answers of the server on their way to the client.', schema: { $ref: '#/$defs/results' } },
    tests: {
      about: 'Calls with what is expected of them. They decide nothing, and have to pass before the policy is published.',
      schema: list('test'),
    },
  },
  all_tools: RULE_KEYS,
  risk: Object.fromEntries(
    CATEGORIES.map((category) => [
      category,
      { about: `Tools classified as ${category} that are not listed under \`tools\`.`, schema: { $ref: '#/$defs/risk_rule' } },
    ]),
  ),
  risk_rule: TOOL_KEYS,
  tool: {
    ...TOOL_KEYS,
    dispatch: {
      about: 'This tool runs other tools: where it keeps their name and arguments. `false`: it does not, whatever was detected.',
      schema: { anyOf: [{ const: false }, { $ref: '#/$defs/dispatch' }] },
    },
  },
  rule: {
    conditions: { about: 'All must hold together; an empty list always holds.', required: true, schema: list('condition') },
    name: { about: 'A name for people.', schema: text },
    on_deny: ON_DENY,
    mode: RULE_MODE,
  },
  condition: {
    path: {
      about: 'What is looked at, e.g. `args.amount`, `args.items[*].price`, `agent.environment`, `time.hour`.',
      required: true,
      schema: text,
    },
    op: { about: 'How it is compared.', required: true, schema: text },
    value: { about: 'What it is compared with.', required: true, schema: {} },
    timezone: { about: 'IANA time zone, for `time.*`.', schema: text },
    name: { about: 'A name for people.', schema: text },
    on_deny: ON_DENY,
    mode: RULE_MODE,
  },
  limit: {
    counter: { about: 'Name of the counter; limits with the same counter, window and scope share it.', required: true, schema: text },
    window: { about: 'How long it counts, e.g. `day` or `"15m"`.', required: true, oneOf: WINDOW_UNITS, schema: text },
    max: { about: 'The most that fits into a window, above 0.', required: true, schema: { type: 'integer', minimum: 1 } },
    scope: {
      about:
        'What has a counter of its own: grant (when left out), agent, owner, server, policy, session, or `args.<path>` for one per value.',
      oneOf: ['grant', 'agent', 'owner', 'server', 'policy', 'session'],
      schema: text,
    },
    increment: { about: 'What one call adds; 1 when left out.', schema: { type: 'integer', minimum: 1 } },
    increment_from: {
      about: 'Path of the argument that is added instead; a call without a number of 0 or more there is refused.',
      schema: text,
    },
    align: {
      about: '`calendar`: windows begin with the UTC clock. `sliding`: never more than `max` in any interval of that length.',
      oneOf: ['calendar', 'sliding'],
      schema: {},
    },
    on_deny: ON_DENY,
    on_upstream_error: {
      about: '`refund` (also when left out) gives the amount back when the server fails; `keep` does not.',
      oneOf: ['refund', 'keep'],
      schema: {},
    },
    mode: RULE_MODE,
  },
  rate_limit: {
    max: { about: 'Calls in one window, above 0.', required: true, schema: { type: 'integer', minimum: 1 } },
    window: { about: 'Seconds, or a window such as `minute` or `"15m"`.', required: true, schema: { type: ['integer', 'string'] } },
    scope: { about: 'As in `limits`.', oneOf: ['grant', 'agent', 'owner', 'server', 'policy', 'session'], schema: text },
    align: { about: 'As in `limits`.', oneOf: ['calendar', 'sliding'], schema: {} },
    on_deny: ON_DENY,
    mode: RULE_MODE,
  },
  approval: {
    when: {
      about: 'A person is asked when all of these hold; one that cannot be evaluated holds. Left out: always.',
      schema: list('condition'),
    },
    approvers: { about: 'Who may approve, e.g. `role:approver`.', schema: names },
    count: { about: 'How many different people must approve; 1 when left out.', schema: { type: 'integer', minimum: 1 } },
    expires: { about: 'How long the request waits, e.g. `"10m"`.', schema: text },
    reuse: { about: '`once`, or how long the same arguments stay approved, e.g. `"15m"`.', schema: text },
    mode: RULE_MODE,
  },
  dispatch: {
    tool: { about: 'Path of the argument that names the tool to run, e.g. `args.tool_name`.', required: true, schema: text },
    arguments: { about: 'Path of the argument that holds its arguments, e.g. `args.arguments`.', schema: text },
  },
  test: {
    name: { about: 'What the policy guarantees here, for people.', required: true, schema: text },
    method: {
      about: '`tools/call` when left out, or another request that policies have rules for.',
      oneOf: ['tools/call', ...TARGET_METHODS],
      schema: {},
    },
    tool: { about: 'The tool that is called; needed for `tools/call`, and for nothing else.', schema: text },
    target: {
      about: 'The address of a resource or the name of a prompt; needed for `resources/read` and `prompts/get`, and for nothing else.',
      schema: text,
    },
    arguments: {
      about: 'The arguments of a call or a prompt, the parameters of what a server asks; none when left out. A resource has none.',
      schema: { type: 'object' },
    },
    agent: { about: 'Who calls; what is left out is plain.', schema: { $ref: '#/$defs/test_agent' } },
    grant: { about: 'The grant that the call is made under.', schema: { $ref: '#/$defs/test_grant' } },
    client: { about: 'The client program.', schema: { $ref: '#/$defs/test_client' } },
    at: { about: 'When it is called: an ISO time with an offset. Left out: any time.', schema: text },
    counters: {
      about: 'What limits have used already: `{ "spend": 90 }` by the name of the counter, or by the JSON Pointer of the limit.',
      schema: { type: 'object', additionalProperties: { type: 'number', minimum: 0 } },
    },
    expect: {
      about: '`"allowed"` or another outcome, or an object that also names the rule that decides or the sentence that the agent reads.',
      required: true,
      schema: { anyOf: [{ enum: EXPECTED_OUTCOMES }, { $ref: '#/$defs/test_expect' }] },
    },
  },
  test_agent: {
    slug: { about: 'The short name of the agent.', schema: text },
    name: { about: 'What `agent.name` is.', schema: text },
    owner: { about: 'What `agent.owner` is.', schema: text },
    environment: { about: 'What `agent.environment` is.', schema: text },
    labels: { about: 'What `agent.labels` holds.', schema: { type: 'object' } },
  },
  test_grant: {
    scopes: { about: 'What `grant.scopes` is.', schema: names },
    purpose: { about: 'What `grant.purpose` is.', schema: text },
  },
  test_client: {
    name: { about: 'What `client.name` is.', required: true, schema: text },
    version: { about: 'The version of the client.', schema: text },
  },
  targets: {
    default: { about: 'What happens to what no rule names.', required: true, oneOf: ['allow', 'deny'], schema: {} },
    hide: { about: 'Left out of the lists and refused as unknown; `*` stands for any characters.', schema: names },
    all: { about: "Applies to each of them, after the rule's own.", schema: { $ref: '#/$defs/all_targets' } },
    rules: {
      about: 'Rules by address or name; exact beats glob, the longest glob first. `{}` allows.',
      schema: { type: 'object', additionalProperties: { $ref: '#/$defs/target' } },
    },
  },
  all_targets: ALL_TARGETS_KEYS,
  target: TARGET_KEYS,
  server: {
    default: { about: 'What happens to requests that are not named here; `allow` when left out.', oneOf: ['allow', 'deny'], schema: {} },
    sampling: { about: 'Asking the model of the client (`sampling/createMessage`).', schema: { $ref: '#/$defs/target' } },
    elicitation: { about: 'Asking the person at the client (`elicitation/create`).', schema: { $ref: '#/$defs/target' } },
    roots: { about: 'Asking for the folders of the client (`roots/list`).', schema: { $ref: '#/$defs/target' } },
  },
  results: {
    max_bytes: {
      about: 'The largest answer in bytes, at most 16777216; 8388608 when left out. A larger one is withheld, and the agent reads why.',
      schema: { type: 'integer', minimum: 1024, maximum: RESULT_BYTES_MAX },
    },
    control: {
      about: 'Control characters and terminal sequences: `pass` (also when left out), `strip` takes them out, `show` makes them visible.',
      oneOf: ['strip', 'show', 'pass'],
      schema: {},
    },
    schema: {
      about: 'Structured content against the output schema of its tool: `off` (also when left out), `flag` in the record, `block` it.',
      oneOf: ['off', 'flag', 'block'],
      schema: {},
    },
  },
  test_expect: {
    outcome: {
      about: 'What the policy says of the call; `observed_…` where the rule that decides only observes.',
      required: true,
      oneOf: EXPECTED_OUTCOMES,
      schema: {},
    },
    rule: {
      about: 'JSON Pointer of the rule that decides, e.g. `/tools/create_refund/deny_if/0`, or a word such as `(default deny)`.',
      schema: text,
    },
    message: { about: 'The sentence that the agent reads.', schema: text },
  },
};
