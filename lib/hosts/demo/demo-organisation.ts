/** Northwind, a shop of the demo: who works there, which agents they run, and what those may use. Everything is made through the API. */

export interface DemoMember {
  readonly email: string;
  readonly name: string;
  readonly role: 'viewer' | 'author' | 'approver' | 'admin';
}

export const DEMO_MEMBERS: readonly DemoMember[] = [
  { email: 'bo.lindqvist@northwind.example', name: 'Bo Lindqvist', role: 'author' },
  { email: 'dana.petrov@northwind.example', name: 'Dana Petrov', role: 'approver' },
  { email: 'femi.adeyemi@northwind.example', name: 'Femi Adeyemi', role: 'viewer' },
];

export interface DemoPolicy {
  readonly server: string;
  readonly slug: string;
  readonly name: string;
  /** One version each, oldest first; `instead` is what an older text said in place of a part of the file. */
  readonly versions: readonly { readonly comment: string; readonly instead?: readonly [part: string, older: string] }[];
  /** A draft on top of the last version. */
  readonly draft?: readonly [part: string, newer: string];
}

export const DEMO_POLICIES: readonly DemoPolicy[] = [
  {
    server: 'payments',
    slug: 'support',
    name: 'Support refunds',
    versions: [
      { comment: 'Look-ups and small refunds for the support bot', instead: ['"gt", "value": 50000', '"gt", "value": 20000'] },
      { comment: 'Refunds up to 500 EUR, as agreed with finance (FIN-212)' },
    ],
  },
  { server: 'payments', slug: 'finance', name: 'Month-end close', versions: [{ comment: 'Reads for the close; payouts ask a person' }] },
  { server: 'desk', slug: 'support', name: 'Ticket work', versions: [{ comment: 'Answer and sort tickets, never delete them' }] },
  {
    server: 'code',
    slug: 'review',
    name: 'Code review',
    versions: [{ comment: 'Read and comment' }],
    draft: ['"rate_limit": "10/minute"', '"rate_limit": "20/minute"'],
  },
  {
    server: 'code',
    slug: 'release',
    name: 'Release train',
    versions: [
      { comment: 'First release train', instead: ['"deploy-staging"]', '"deploy-staging", "deploy-production"]'] },
      { comment: 'Production is deployed by people again (INC-87)' },
    ],
  },
  { server: 'bridge', slug: 'rate-limited', name: 'Bridge, ten a minute', versions: [{ comment: 'Ten bridged calls a minute' }] },
  { server: 'office', slug: 'assistant', name: 'Personal assistants', versions: [{ comment: 'Work in the suite, share nothing outside' }] },
  { server: 'warehouse', slug: 'analyst', name: 'Analysts', versions: [{ comment: 'Observe for a week before enforcing' }] },
  { server: 'files', slug: 'notes', name: 'Team notes', versions: [{ comment: 'Markdown only' }] },
  { server: 'everything', slug: 'playground', name: 'Playground', versions: [{ comment: 'For trying things' }] },
];

export interface DemoAgent {
  readonly slug: string;
  readonly name: string;
  readonly owner: string;
  readonly purpose: string;
  readonly environment: 'production' | 'staging' | 'development';
  readonly team: string;
  /** `server/policy`; a server alone is a grant without a policy, which denies everything. */
  readonly grants: readonly string[];
  readonly suspended?: string;
}

const ana = 'ana.silva@northwind.example';
const bo = 'bo.lindqvist@northwind.example';
const dana = 'dana.petrov@northwind.example';

export const DEMO_AGENTS: readonly DemoAgent[] = [
  {
    slug: 'support-bot',
    name: 'Support bot',
    owner: ana,
    purpose: 'Answers customers and gives small refunds',
    environment: 'production',
    team: 'support',
    grants: ['payments/support', 'desk/support'],
  },
  {
    slug: 'night-shift',
    name: 'Night shift',
    owner: ana,
    purpose: 'Sorts tickets between 22:00 and 06:00',
    environment: 'production',
    team: 'support',
    grants: ['desk/support', 'payments/support'],
  },
  {
    slug: 'month-end',
    name: 'Month-end close',
    owner: dana,
    purpose: 'Reconciles charges, refunds and payouts',
    environment: 'production',
    team: 'finance',
    grants: ['payments/finance', 'warehouse/analyst'],
  },
  {
    slug: 'reviewer',
    name: 'Code reviewer',
    owner: bo,
    purpose: 'Comments on pull requests',
    environment: 'production',
    team: 'platform',
    grants: ['code/review'],
  },
  {
    slug: 'release-train',
    name: 'Release train',
    owner: bo,
    purpose: 'Cuts release branches and starts staging deployments',
    environment: 'production',
    team: 'platform',
    grants: ['code/release'],
  },
  {
    slug: 'research',
    name: 'Research assistant',
    owner: dana,
    purpose: 'Finds and runs tools of other services',
    environment: 'staging',
    team: 'growth',
    grants: ['bridge/rate-limited', 'warehouse/analyst'],
  },
  {
    slug: 'ana-assistant',
    name: 'Assistant of Ana',
    owner: ana,
    purpose: 'Calendar, mail and documents',
    environment: 'production',
    team: 'office',
    grants: ['office/assistant', 'files/notes'],
  },
  {
    slug: 'bo-assistant',
    name: 'Assistant of Bo',
    owner: bo,
    purpose: 'Calendar, mail and documents',
    environment: 'production',
    team: 'office',
    grants: ['office/assistant'],
  },
  {
    slug: 'dana-assistant',
    name: 'Assistant of Dana',
    owner: dana,
    purpose: 'Calendar, mail and documents',
    environment: 'production',
    team: 'office',
    grants: ['office/assistant'],
  },
  {
    slug: 'notes-keeper',
    name: 'Notes keeper',
    owner: bo,
    purpose: 'Writes down what meetings decided',
    environment: 'production',
    team: 'office',
    grants: ['files/notes'],
  },
  {
    slug: 'playground',
    name: 'Playground',
    owner: bo,
    purpose: 'Trying things',
    environment: 'development',
    team: 'platform',
    grants: ['everything/playground'],
  },
  {
    slug: 'data-import',
    name: 'Data import',
    owner: dana,
    purpose: 'Not set up yet: its grant has no policy',
    environment: 'staging',
    team: 'growth',
    grants: ['warehouse'],
  },
  {
    slug: 'old-crawler',
    name: 'Old crawler',
    owner: bo,
    purpose: 'Replaced by the research assistant',
    environment: 'production',
    team: 'growth',
    grants: ['office/assistant'],
    suspended: 'Kept calling after its replacement went live',
  },
];
