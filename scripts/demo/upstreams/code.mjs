// Demo server: a code host with a few repositories kept in this process. Its workflow runner fails now and then, as runners do.
import { BackendError, createServer, integer, oneOf, ToolError, text, tool } from './mcp-server.mjs';

const repositories = new Map(
  ['shop-web', 'shop-api', 'infra', 'handbook'].map((name) => [name, { name, branches: ['main', 'release'], issues: [], protected: true }]),
);
const pulls = new Map(
  Array.from({ length: 12 }, (_, at) => [
    310 + at,
    { number: 310 + at, title: `Change ${at + 1}`, state: 'open', base: at % 3 === 0 ? 'main' : 'release' },
  ]),
);
const reads = { annotations: { readOnlyHint: true } };
const repository = { repository: text('Name of the repository') };
const pull = { ...repository, number: integer('Number of the pull request') };
let runs = 0;

function repo(name) {
  const found = repositories.get(name);
  if (!found) throw new ToolError(`There is no repository ${name}.`);
  return found;
}

function pullRequest(number) {
  const found = pulls.get(number);
  if (!found) throw new ToolError(`There is no pull request ${number}.`);
  return found;
}

const TOOLS = [
  tool('list_repositories', 'List repositories.', {}, () => [...repositories.keys()], reads),
  tool(
    'search_code',
    'Search code across repositories.',
    { query: text('What to search for') },
    ({ query }) => [{ repository: 'shop-api', path: 'src/refunds.ts', line: 42, match: query }],
    reads,
  ),
  tool(
    'get_file',
    'Read a file at a branch.',
    { ...repository, path: text(), branch: text() },
    ({ repository: name, path }) => ({ repository: repo(name).name, path, content: '# Shop\n' }),
    { optional: ['branch'], ...reads },
  ),
  tool(
    'list_pull_requests',
    'List open pull requests.',
    repository,
    () => [...pulls.values()].filter(({ state }) => state === 'open'),
    reads,
  ),
  tool('get_pull_request', 'Get a pull request with its diff.', pull, ({ number }) => pullRequest(number), reads),
  tool('list_issues', 'List issues of a repository.', repository, ({ repository: name }) => repo(name).issues, reads),
  tool(
    'create_issue',
    'Create an issue.',
    { ...repository, title: text(), body: text() },
    ({ repository: name, title }) => ({ number: repo(name).issues.push(title), title }),
    { optional: ['body'] },
  ),
  tool('comment_on_pull_request', 'Add a review comment.', { ...pull, body: text() }, ({ number }) => ({
    number: pullRequest(number).number,
    commented: true,
  })),
  tool('create_branch', 'Create a branch.', { ...repository, branch: text() }, ({ repository: name, branch }) => ({
    branches: repo(name).branches.push(branch),
  })),
  tool(
    'push_files',
    'Commit files to a branch.',
    {
      ...repository,
      branch: text(),
      message: text(),
      files: { type: 'array', items: { type: 'object', properties: { path: text(), content: text() } } },
    },
    ({ branch, files }) => ({ branch, committed: files.length }),
  ),
  tool(
    'merge_pull_request',
    'Merge a pull request into its base branch.',
    { ...pull, method: oneOf(['merge', 'squash', 'rebase']) },
    ({ number }) => Object.assign(pullRequest(number), { state: 'merged' }),
    { optional: ['method'] },
  ),
  tool('delete_branch', 'Delete a branch.', { ...repository, branch: text() }, ({ branch }) => ({ deleted: branch }), {
    annotations: { destructiveHint: true },
  }),
  tool(
    'run_workflow',
    'Run a workflow on a branch with inputs.',
    { ...repository, workflow: text(), branch: text() },
    ({ workflow }) => {
      runs += 1;
      if (runs % 7 === 0) throw new BackendError('The runner did not answer.');
      return { run: runs, workflow, status: 'queued' };
    },
    { optional: ['branch'] },
  ),
  tool(
    'execute_command',
    'Run a shell command in a fresh checkout of a repository.',
    { ...repository, command: text('Command line') },
    ({ command }) => ({ command, exitCode: 0, output: '' }),
  ),
  tool('read_secret', 'Read the value of a repository secret.', { ...repository, name: text() }, () => {
    throw new ToolError('Secrets of the demo have no values.');
  }),
  tool(
    'update_branch_protection',
    'Change the protection rules of a branch.',
    { ...repository, branch: text(), require_review: { type: 'boolean' } },
    ({ repository: name, require_review: review }) => Object.assign(repo(name), { protected: review }),
  ),
  tool(
    'delete_repository',
    'Delete a repository, its history and its issues. This cannot be undone.',
    repository,
    ({ repository: name }) => ({ deleted: repositories.delete(repo(name).name) }),
    { annotations: { destructiveHint: true } },
  ),
];

export const code = createServer({ name: 'Code host', version: '2.8.0', tools: () => TOOLS });
