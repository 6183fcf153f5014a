// The layers of docs/architecture.md as errors. Directions are checked on every import, what a layer must never touch also through others.
// Type-only imports count: a layer that names another's types cannot be moved without it.

const CORE = { dependencyTypes: ['core'] };
const FRAMEWORK = '(^|node_modules/)(@types/)?(next|next-auth|next-themes|react|react-dom)(/|$)';
const PRISMA = '(^|node_modules/)(@prisma|prisma)(/|$)|^lib/db/';

/** `from` may import itself and `allowed`, nothing else. */
const only = (name, from, allowed, comment) => ({
  name: `${name}-imports-only`,
  severity: 'error',
  comment,
  from: { path: from },
  to: { pathNot: [from, ...allowed] },
});

/** `from` must not arrive at `path`, however long the way. */
const neverReaches = (name, what, from, path, comment) => ({
  name: `${name}-never-reaches-${what}`,
  severity: 'error',
  comment,
  from: { path: from },
  to: { path, reachable: true },
});

/** `from` must not import `path` itself. */
const neverImports = (name, what, from, path, comment) => ({
  name: `${name}-never-imports-${what}`,
  severity: 'error',
  comment,
  from: { path: from },
  to: { path },
});

const npm = (...names) => `(^|node_modules/)(${names.join('|')})(/|$)`;
const PURE = '^lib/(kernel|domain|policy|risk)/';
const PURE_WHY = 'It also runs in the browser and has to give the same answer twice: no I/O, no clock, no randomness.';

module.exports = {
  forbidden: [
    { name: 'no-cycles', severity: 'error', comment: 'A cycle has no first module to read.', from: {}, to: { circular: true } },
    {
      name: 'no-unresolved',
      severity: 'error',
      comment: 'An import that is not found is also not checked.',
      from: { pathNot: '^tests/fixtures/' },
      to: { couldNotResolve: true, pathNot: '^(next-env|\\.next/)' },
    },
    only('kernel', '^lib/kernel/', [], 'The kernel depends on nothing.'),
    only('domain', '^lib/domain/', ['^lib/kernel/', npm('zod')], PURE_WHY),
    only('policy', '^lib/policy/', ['^lib/(kernel|domain)/', npm('zod', 're2js', 'jsonc-parser', 'yaml', 'node-diff3')], PURE_WHY),
    only('risk', '^lib/risk/', ['^lib/(kernel|domain)/', npm('zod')], PURE_WHY),
    only(
      'gateway',
      '^lib/gateway/',
      [PURE, npm('zod')],
      'The core runs in any host: what it needs from the world comes through its ports.',
    ),
    {
      name: 'db-imports-only',
      severity: 'error',
      comment: 'The database knows nothing of what is kept in it.',
      from: { path: '^lib/db/' },
      to: { pathNot: ['^lib/(db|kernel)/', npm('@types/pg', 'pg', '@prisma', 'prisma')], dependencyTypesNot: ['core'] },
    },
    neverReaches('pure-and-gateway', 'frameworks', '^lib/(kernel|domain|policy|risk|gateway)/', FRAMEWORK, PURE_WHY),
    neverReaches('pure-and-gateway', 'database', '^lib/(kernel|domain|policy|risk|gateway)/', PRISMA, PURE_WHY),
    neverReaches(
      'pure-and-gateway',
      'edges',
      '^lib/(kernel|domain|policy|risk|gateway)/',
      '^(lib/(env|control|adapters|hosts|auth|console)|app|components)/',
      PURE_WHY,
    ),
    {
      name: 'pure-and-gateway-never-reaches-node',
      severity: 'error',
      comment: PURE_WHY,
      from: { path: '^lib/(kernel|domain|policy|risk|gateway)/' },
      to: {
        path: '^(node:)?(assert|async_hooks|buffer|child_process|cluster|crypto|dgram|dns|events|fs|http|http2|https|inspector|module|net|os|path|perf_hooks|process|punycode|querystring|readline|repl|stream|string_decoder|sys|timers|tls|trace_events|tty|url|util|v8|vm|wasi|worker_threads|zlib)(/|$)',
        reachable: true,
      },
    },
    {
      name: 'pure-and-gateway-imports-no-node',
      severity: 'error',
      comment: PURE_WHY,
      from: { path: '^lib/(kernel|domain|policy|risk|gateway)/' },
      to: CORE,
    },
    neverReaches(
      'control',
      'edges',
      '^lib/control/',
      '^(lib/(gateway|adapters|hosts|auth|env)|app|components)/',
      'Verbs are called by hosts and know none.',
    ),
    neverReaches('control', 'frameworks', '^lib/control/', FRAMEWORK, 'Verbs are called by hosts and know none.'),
    {
      ...neverImports(
        'control',
        'database-start',
        '^lib/control/',
        '^lib/db/',
        'Verbs speak to Prisma; starting a database is a host’s business.',
      ),
      to: { path: '^lib/db/', pathNot: '^lib/db/(generated/|prisma\\.ts$)' },
    },
    {
      ...neverImports(
        'adapters',
        'gateway-inside',
        '^lib/adapters/',
        '^lib/gateway/',
        'An adapter implements a port and sees nothing behind it.',
      ),
      to: { path: '^lib/gateway/', pathNot: '^lib/gateway/(ports|[a-z]+-port)\\.ts$' },
    },
    neverReaches(
      'adapters',
      'edges',
      '^lib/adapters/',
      '^(lib/(control|env|hosts|auth|console|db)|app|components)/',
      'What an adapter needs is handed to it.',
    ),
    neverReaches('adapters', 'frameworks', '^lib/adapters/', FRAMEWORK, 'What an adapter needs is handed to it.'),
    {
      name: 'adapters-never-import-siblings',
      severity: 'error',
      comment: 'Each adapter can be replaced alone.',
      from: { path: '^lib/adapters/([^/]+)/' },
      to: { path: '^lib/adapters/', pathNot: '^lib/adapters/$1/' },
    },
    neverReaches(
      'hosts',
      'console',
      '^lib/(hosts|auth|env)/',
      '^(components|app)/|(^|node_modules/)(@types/)?(react|react-dom)(/|$)',
      'Hosts serve; the console is served.',
    ),
    neverReaches('components', 'server', '^components/', '^lib/(db|env|adapters|hosts|gateway)/', 'Components run in the browser.'),
    {
      name: 'components-import-only-contracts',
      severity: 'error',
      comment: 'Components share request and answer shapes with the server, never its verbs.',
      from: { path: '^components/' },
      to: { path: '^lib/control/', pathNot: '^lib/control/([^/]+/(?:review-)?contract|schema-parts|define-contract)\\.ts$' },
    },
    {
      name: 'components-features-are-strangers',
      severity: 'error',
      comment: 'What two features share belongs to components/shared.',
      from: { path: '^components/([^/]+)/', pathNot: '^components/(ui|shared)/' },
      to: { path: '^components/', pathNot: '^components/(ui|shared|$1)/' },
    },
    neverImports('shared-components', 'features', '^components/shared/', '^components/(?!ui/|shared/)', 'ui, then shared, then features.'),
    neverImports('ui-components', 'anything-above', '^components/ui/', '^components/(?!ui/)', 'ui, then shared, then features.'),
    neverImports('app', 'database', '^app/', '^lib/(db|adapters|gateway)/', 'Next’s files compose, they do not decide.'),
    neverImports('product', 'tests', '^(app|components|lib)/', '^(tests|scripts)/', 'What ships does not depend on what checks it.'),
  ],
  options: {
    doNotFollow: { path: '(^|/)node_modules/|^lib/db/generated/' },
    exclude: { path: '^(\\.next|\\.build)/' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: { exportsFields: ['exports'], conditionNames: ['import', 'require', 'node', 'default', 'types'] },
    skipAnalysisNotInRules: false,
  },
};
