import { describe, expect, it } from 'vitest';
import type { Category, DispatchShape, RiskLevel, ToolDefinition } from '@/lib/domain/risk';
import type { JsonObject } from '@/lib/kernel/json';
import { classify } from '@/lib/risk/classify';

const text = { type: 'string' } as const;
const anyObject = { type: 'object', additionalProperties: true } as const;
const define = (name: string, description?: string, properties?: JsonObject, more?: Partial<ToolDefinition>): ToolDefinition => ({
  name,
  ...(description === undefined ? {} : { description }),
  ...(properties === undefined ? {} : { inputSchema: { type: 'object', properties } }),
  ...more,
});
const judge = (tool: ToolDefinition, server = 'example') => classify({ server, tool });

describe('classify: names', () => {
  const cases: readonly (readonly [Category, string, string?])[] = [
    ['read', 'getConsoleLogs'],
    ['read', 'workers_list'],
    ['write', 'notion-create-comment'],
    ['destructive', 'monitor_delete'],
    ['write', 'monitor_create'],
    ['write', 'search_index_update'],
    ['read', 'search_index_query'],
    ['read', 'deploy_status', 'Check the status of a deployment'],
    ['read', 'zone_details', 'Get details for a zone'],
    ['read', 'doctor', 'MCP environment info.'],
    ['write', 'create_or_update_file'],
    ['write', 'find_and_replace'],
    ['read', 'resolve-library-id', 'Resolves a package name to a library id'],
    ['write', 'resolve_review_thread', 'Resolve a review thread'],
    ['write', 'unresolve_review_thread'],
    ['read', 'generate_typescript_types', 'Generates TypeScript types for a project.'],
    ['execute', 'generate_image', 'Generate an image from a prompt'],
    ['execute', 'tap', 'Tap at a point'],
    ['execute', 'browser_click', 'Perform click on a web page'],
    ['execute', 'key_sequence', 'Press a sequence of keys by their keycodes.'],
    ['write', 'download_asset', 'Download and import an asset'],
    ['write', 'git_checkout', 'Switches branches'],
    ['execute', 'shell'],
  ];
  it.each(cases.map(([category, name, description]) => ({ category, name, description })))(
    '$category: $name',
    ({ category, name, description }) => {
      expect(judge(define(name, description)).category).toBe(category);
    },
  );
});

describe('classify: descriptions and schemas', () => {
  it('takes the worst action of a tool that bundles several', () => {
    const byText = judge(define('form_questions_editor', 'Create, update, or delete a question in a form'));
    expect([byText.category, byText.risk]).toEqual(['destructive', 'critical']);
    const byEnum = judge(
      define('manage_automations', 'Manage automations', { action: { ...text, enum: ['activate', 'deactivate', 'delete'] } }),
    );
    expect(byEnum.category).toBe('destructive');
    expect(byEnum.reasons[0]).toContain('`action`');
    const members = judge(define('manage_members', 'Manage members', { action: { ...text, enum: ['list', 'add', 'remove'] } }));
    expect(members.category).toBe('write');
  });

  it('runs an open-ended query as execute unless the text says outright that it only reads', () => {
    expect(judge(define('d1_database_query', 'Query a database', { sql: text })).category).toBe('execute');
    const readOnly = judge(define('query_sql', 'Execute read-only SQL queries', { sql: text }));
    expect([readOnly.category, readOnly.risk]).toEqual(['read', 'medium']);
    expect(judge(define('search_docs', 'Search the documentation', { query: text })).category).toBe('read');
  });

  it('raises the risk for what cannot be undone, and minds negation', () => {
    expect(judge(define('archive_project', 'Archives a project. This cannot be undone.')).risk).toBe('high');
    expect(judge(define('archive_project', 'Archives a project. It does not permanently delete anything.')).risk).toBe('medium');
    expect(judge(define('write_file', 'Create a new file or completely overwrite an existing file')).risk).toBe('high');
  });

  it('calls what has no evidence neither read nor certain', () => {
    const unknown = judge(define('frobnicate'));
    expect([unknown.category, unknown.confidence]).toEqual(['write', 'low']);
    const informative = judge(define('whois_domain', 'Looksup whois information about the domain', { domain: text }));
    expect([informative.category, informative.confidence]).toEqual(['read', 'low']);
    expect(judge(define('thing', undefined, { script: text })).category).toBe('execute');
  });

  it('gives at least one reason, in words, for every verdict', () => {
    for (const name of ['', '_', '*', 'delete_x', '漢字', 'a'.repeat(5000)]) {
      const { reasons } = judge(define(name));
      expect(reasons.length).toBeGreaterThan(0);
      for (const reason of reasons) expect(reason.length).toBeGreaterThan(10);
    }
    expect(judge(define('delete_x')).reasons[0]).toBe("the name's verb `delete` removes things");
  });
});

describe('classify: money', () => {
  const money = { amount: { type: 'number' }, currency: text };
  const cases: readonly (readonly [Category, ToolDefinition])[] = [
    ['financial', define('create_refund', 'Create a refund')],
    ['financial', define('initiate_payment', 'Initiate a payment', money)],
    ['financial', define('create_order', 'Create a new order', money)],
    ['financial', define('create_transfer', 'Transfer funds between accounts')],
    ['financial', define('place_stock_order', 'Place an order')],
    ['read', define('list_invoices', 'List invoices')],
    ['read', define('get_swap_quote', 'Get a quote for a swap')],
    ['write', define('update_payment', 'Use this tool to update the notes field of a payment.')],
    ['write', define('transfer_issue', 'Transfer an issue to another repository')],
    ['write', define('create_payment_reminder', 'Create a reminder')],
    ['write', define('create_subscription', 'Subscribe to a topic', { topic: text })],
  ];
  it.each(cases)('%s: %o', (category, tool) => expect(judge(tool).category).toBe(category));
});

describe('classify: annotations', () => {
  it('believes hints that speak against the tool', () => {
    expect(judge(define('get_x', 'Get x', undefined, { annotations: { readOnlyHint: false } })).category).toBe('write');
    expect(judge(define('update_x', 'Update x', undefined, { annotations: { destructiveHint: true } })).risk).toBe('high');
  });

  it('never believes hints that speak for it', () => {
    const hints = { annotations: { readOnlyHint: true, destructiveHint: false, idempotentHint: true } };
    for (const name of ['delete_x', 'update_x', 'run_code', 'pay_invoice', 'frobnicate', 'call_tool']) {
      const plain = judge(define(name, undefined, { code: text }));
      const hinted = judge(define(name, undefined, { code: text }, hints));
      expect([hinted.category, hinted.risk]).toEqual([plain.category, plain.risk]);
    }
  });
});

describe('classify: dispatchers', () => {
  const bridge: readonly (readonly [Category, RiskLevel, DispatchShape | undefined, ToolDefinition])[] = [
    [
      'execute',
      'high',
      undefined,
      define('register_manual', 'Registers a new tool provider by providing its call template.', { manual_call_template: anyObject }),
    ],
    ['destructive', 'critical', undefined, define('deregister_manual', 'Deregisters a tool provider.', { manual_name: text })],
    [
      'execute',
      'high',
      { tool: 'args.tool_name', arguments: 'args.arguments' },
      define('call_tool', 'Calls a registered tool by its full namespaced name.', { tool_name: text, arguments: anyObject }),
    ],
    [
      'read',
      'low',
      undefined,
      define('search_tools', 'Searches for relevant tools based on a task description.', {
        task_description: text,
        limit: { type: 'number' },
      }),
    ],
    ['read', 'low', undefined, define('list_tools', 'Returns a list of all tool names currently registered.', {})],
    [
      'read',
      'low',
      undefined,
      define('get_required_keys_for_tool', 'Get required environment variables for a registered tool.', { tool_name: text }),
    ],
    ['read', 'low', undefined, define('tool_info', 'Get complete information about a specific tool.', { tool_name: text })],
  ];
  it.each(bridge)('%s/%s %o: %o', (category, risk, dispatch, tool) => {
    const verdict = judge(tool, 'utcp');
    expect([verdict.category, verdict.risk, verdict.dispatch]).toEqual([category, risk, dispatch]);
    const bare = judge({ ...tool, description: undefined }, 'utcp');
    expect([bare.category, bare.risk, bare.dispatch]).toEqual([category, risk, dispatch]);
  });

  it('stays execute whatever the hints say', () => {
    const tool = define(
      'call_tool',
      'Read-only helper that changes nothing',
      { tool_name: text, arguments: anyObject },
      { annotations: { readOnlyHint: true } },
    );
    expect([judge(tool).category, judge(tool).risk]).toEqual(['execute', 'high']);
  });

  it('finds other spellings, and says when the inner arguments cannot be told apart', () => {
    expect(judge(define('tool_invoke', 'Execute any tool', { server: text, toolName: text, args: anyObject })).dispatch).toEqual({
      tool: 'args.toolName',
      arguments: 'args.args',
    });
    expect(judge(define('helper', 'Innocent', { 'tool.name': text, params: { type: 'object' } })).dispatch).toEqual({
      tool: 'args["tool.name"]',
      arguments: 'args.params',
    });
    expect(judge(define('execute', 'Runs any registered tool', { name: text, parameters: { type: 'object' } })).dispatch).toEqual({
      tool: 'args.name',
      arguments: 'args.parameters',
    });
    expect(judge(define('call_tool', 'Call a tool', { tool: text, arguments: text })).dispatch).toEqual({
      tool: 'args.tool',
      arguments: null,
    });
  });

  it('treats a program over tools as opaque', () => {
    const tool = define('call_tool_chain', 'Execute TypeScript code with access to all registered tools.', {
      code: text,
      timeout: { type: 'number' },
    });
    expect(judge(tool)).toMatchObject({
      category: 'execute',
      risk: 'high',
      dispatch: { tool: 'args.code', arguments: null, opaque: true },
    });
  });

  it('does not take ordinary tools for dispatchers', () => {
    for (const tool of [
      define('run_code', 'Run Python', { code: text }),
      define('create_user', 'Create a user', { name: text, params: anyObject }),
      define('call_contract', 'Call a smart contract function', { function: text, args: { type: 'array' } }),
      define('create_task', 'Create a task', { tool: text, input: { type: 'object', properties: { title: text } } }),
    ]) {
      expect(judge(tool).dispatch, tool.name).toBeUndefined();
    }
  });
});

describe('classify: robustness', () => {
  it('never throws on odd but valid definitions and is deterministic', () => {
    const odd: JsonObject[] = [
      { properties: 5 },
      { properties: { action: { enum: [1, null, 'delete'] } } },
      { allOf: [true, 7, { properties: { code: true } }] },
      { properties: { __proto__: text } },
    ];
    for (const inputSchema of odd) {
      const tool = { name: 'x', description: '\ud800 \u202E <!--', inputSchema, annotations: { readOnlyHint: 'no' } } as ToolDefinition;
      expect(judge(tool)).toEqual(judge(structuredClone(tool)));
    }
  });

  it('reads hostile lengths in linear time', () => {
    const shapes = ['a ', 'delete, ', 'this tool ', 'first read ', '<!--', 'https://a', 'exploits a b c ', 'A', '"', 'not ', 'send '];
    for (const shape of shapes) {
      const timed = (chars: number) => {
        const tool = define('x', shape.repeat(chars / shape.length));
        const startMs = performance.now();
        judge(tool);
        return performance.now() - startMs;
      };
      timed(10_000);
      expect(timed(200_000), shape).toBeLessThan(1500);
    }
  });
});
