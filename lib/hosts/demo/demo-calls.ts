/** One call an agent of the demo may make; `weight` is how often, against the others of the same grant. */
export interface DemoCall {
  readonly weight: number;
  readonly tool: string;
  readonly args: (pick: Pick) => Record<string, unknown>;
}

export interface Pick {
  /** A whole number from `low` to `high`. */
  number(low: number, high: number): number;
  of<T>(values: readonly T[]): T;
}

const customer = (pick: Pick) => `cus_${pick.number(1001, 1008)}`;
const charge = (pick: Pick) => `ch_${pick.number(5001, 5062)}`;
const ticket = (pick: Pick) => pick.number(4100, 4148);
const none = () => ({});

const PAYMENTS: readonly DemoCall[] = [
  { weight: 9, tool: 'get_customer', args: (pick) => ({ customer: customer(pick) }) },
  { weight: 8, tool: 'search_charges', args: (pick) => ({ customer: customer(pick) }) },
  { weight: 7, tool: 'get_charge', args: (pick) => ({ charge: charge(pick) }) },
  {
    weight: 5,
    tool: 'create_refund',
    args: (pick) => ({
      charge: charge(pick),
      amount: pick.number(300, 9_000),
      reason: pick.of(['parcel lost', 'wrong size', 'charged twice']),
    }),
  },
  {
    weight: 0.6,
    tool: 'create_refund',
    args: (pick) => ({ charge: charge(pick), amount: pick.number(101, 450) * 100, reason: pick.of(['charged twice', 'parcel lost']) }),
  },
  {
    weight: 1,
    tool: 'create_refund',
    args: (pick) => ({ charge: charge(pick), amount: pick.number(60_000, 90_000), reason: 'customer insists' }),
  },
  { weight: 1, tool: 'create_refund', args: (pick) => ({ charge: charge(pick), amount: pick.number(300, 900) }) },
  { weight: 1, tool: 'update_customer', args: (pick) => ({ customer: customer(pick), email: 'new.address@customers.example' }) },
  { weight: 1, tool: 'issue_credit', args: (pick) => ({ customer: customer(pick), amount: pick.of([500, 1_000, 5_000]) }) },
  { weight: 0.4, tool: 'delete_customer', args: (pick) => ({ customer: customer(pick) }) },
];

const CODE: readonly DemoCall[] = [
  { weight: 8, tool: 'list_pull_requests', args: () => ({ repository: 'shop-api' }) },
  { weight: 8, tool: 'get_pull_request', args: (pick) => ({ repository: 'shop-api', number: pick.number(310, 322) }) },
  { weight: 5, tool: 'get_file', args: (pick) => ({ repository: pick.of(['shop-web', 'shop-api']), path: 'README.md' }) },
  { weight: 4, tool: 'search_code', args: (pick) => ({ query: pick.of(['refund', 'retry', 'session']) }) },
];

/** What the agents of the demo do, by server and policy. */
export const DEMO_CALLS: Readonly<Record<string, readonly DemoCall[]>> = {
  'payments/support': PAYMENTS,
  'payments/finance': [
    { weight: 5, tool: 'get_balance', args: none },
    { weight: 5, tool: 'list_payouts', args: none },
    { weight: 4, tool: 'list_refunds', args: none },
    { weight: 1, tool: 'create_payout', args: (pick) => ({ amount: pick.number(10_000, 90_000), account: 'ba_main' }) },
    { weight: 0.5, tool: 'create_payout', args: () => ({ amount: 4_000_000, account: 'ba_new' }) },
  ],
  'desk/support': [
    { weight: 8, tool: 'search_tickets', args: (pick) => ({ query: pick.of(['card', 'parcel', 'plan', 'invoice']), status: 'open' }) },
    { weight: 8, tool: 'get_ticket', args: (pick) => ({ ticket: ticket(pick) }) },
    { weight: 5, tool: 'reply_to_ticket', args: (pick) => ({ ticket: ticket(pick), body: 'Thank you, we are looking into it.' }) },
    { weight: 2, tool: 'add_internal_note', args: (pick) => ({ ticket: ticket(pick), body: 'Called the courier.' }) },
    {
      weight: 2,
      tool: 'assign_ticket',
      args: (pick) => ({ ticket: ticket(pick), assignee: pick.of(['bo.lindqvist@northwind.example', 'helper@agency.example']) }),
    },
    { weight: 1, tool: 'reply_to_ticket', args: (pick) => ({ ticket: ticket(pick), body: 'Your new password is hunter2.' }) },
    { weight: 1, tool: 'close_ticket', args: (pick) => ({ ticket: ticket(pick) }) },
    { weight: 0.5, tool: 'bulk_delete_tickets', args: () => ({ query: 'spam' }) },
    { weight: 0.5, tool: 'export_conversation', args: (pick) => ({ ticket: ticket(pick) }) },
  ],
  'code/review': [
    ...CODE,
    {
      weight: 4,
      tool: 'comment_on_pull_request',
      args: (pick) => ({ repository: 'shop-api', number: pick.number(310, 321), body: 'Consider a test for the empty case.' }),
    },
    { weight: 0.5, tool: 'merge_pull_request', args: (pick) => ({ repository: 'shop-api', number: pick.number(310, 321) }) },
  ],
  'code/release': [
    ...CODE,
    {
      weight: 3,
      tool: 'run_workflow',
      args: (pick) => ({
        repository: 'shop-api',
        workflow: pick.of(['build', 'test', 'deploy-staging', 'deploy-production']),
        branch: 'release',
      }),
    },
    {
      weight: 1,
      tool: 'push_files',
      args: (pick) => ({
        repository: 'shop-api',
        branch: pick.of(['main', 'release/48']),
        message: 'Raise version',
        files: [{ path: 'VERSION', content: '48' }],
      }),
    },
    {
      weight: 1,
      tool: 'merge_pull_request',
      args: (pick) => ({ repository: 'shop-api', number: pick.number(310, 321), method: 'squash' }),
    },
    { weight: 0.5, tool: 'execute_command', args: () => ({ repository: 'infra', command: 'terraform apply -auto-approve' }) },
  ],
  'bridge/rate-limited': [
    { weight: 6, tool: 'search_tools', args: () => ({ task_description: 'weather forecast' }) },
    {
      weight: 9,
      tool: 'call_tool',
      args: (pick) => ({ tool_name: 'weather.get_forecast', arguments: { city: pick.of(['Porto', 'Oslo', 'Lagos']) } }),
    },
    { weight: 3, tool: 'call_tool', args: () => ({ tool_name: 'shipping.track', arguments: { parcel: 'JD0146' } }) },
    { weight: 1, tool: 'call_tool', args: () => ({ tool_name: 'crm.delete_contact', arguments: { contact: 'c_88' } }) },
    { weight: 1, tool: 'register_manual', args: () => ({ manual_call_template: { name: 'mine', url: 'https://tools.example/manual' } }) },
  ],
  'office/assistant': [
    { weight: 6, tool: 'list_events', args: () => ({ limit: 10 }) },
    { weight: 6, tool: 'search_messages', args: () => ({ query: 'invoice' }) },
    { weight: 4, tool: 'get_document', args: (pick) => ({ id: `document-${pick.number(1, 4)}` }) },
    { weight: 3, tool: 'create_task', args: () => ({ title: 'Call the landlord' }) },
    { weight: 2, tool: 'update_event', args: (pick) => ({ id: `event-${pick.number(1, 3)}`, title: 'Moved to Thursday' }) },
    { weight: 2, tool: 'archive_message', args: (pick) => ({ id: `message-${pick.number(1, 3)}` }) },
    {
      weight: 1,
      tool: 'share_document',
      args: (pick) => ({ id: 'document-1', email: pick.of(['bo.lindqvist@northwind.example', 'someone@mailbox.example']) }),
    },
    { weight: 0.5, tool: 'delete_file', args: () => ({ id: 'file-1' }) },
  ],
  'warehouse/analyst': [
    { weight: 6, tool: 'run_query', args: (pick) => ({ sql: `select count(*) from ${pick.of(['orders', 'customers'])}` }) },
    { weight: 3, tool: 'describe_table', args: (pick) => ({ table: pick.of(['orders', 'stock']) }) },
    { weight: 1, tool: 'run_query', args: () => ({ sql: 'update customers set email = null' }) },
  ],
  warehouse: [{ weight: 1, tool: 'list_tables', args: none }],
  'files/notes': [
    { weight: 4, tool: 'list_allowed_directories', args: none },
    {
      weight: 4,
      tool: 'read_text_file',
      args: (pick) => ({ path: `$NOTES/${pick.of(['welcome.md', 'refunds.md', 'on-call.md', 'plans.md'])}` }),
    },
    { weight: 2, tool: 'write_file', args: (pick) => ({ path: `$NOTES/${pick.of(['standup.md', 'run.sh'])}`, content: '# Standup\n' }) },
  ],
  'everything/playground': [
    { weight: 5, tool: 'echo', args: (pick) => ({ message: pick.of(['hello', 'is it working', 'one two three']) }) },
    { weight: 3, tool: 'get-sum', args: (pick) => ({ a: pick.number(1, 140), b: pick.number(1, 40) }) },
    { weight: 0.5, tool: 'get-env', args: none },
  ],
};
