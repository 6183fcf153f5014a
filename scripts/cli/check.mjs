/** Asks the server to judge one file as publishing would. */
export function checkFile(client, { server, policy, text }) {
  return client.call('POST', '/policies/check', { body: { text, server, policy } });
}

/** Lines for the mistakes and failing tests of a file, as compilers write them; empty when it could be published. */
export function failuresOf({ file }, check) {
  const errors = check.problems
    .filter((problem) => problem.severity === 'error')
    .map((problem) => `${file}:${problem.line}:${problem.column}: error: ${problem.message}${problem.hint ? ` (${problem.hint})` : ''}`);
  const tests = check.tests.results
    .filter((test) => !test.passed)
    .map(
      (test) => `${file}:${test.line}:1: test fails: ${test.name}: ${test.difference ?? `expected ${test.expected}, got ${test.actual}`}`,
    );
  return [...errors, ...tests];
}

export function warningsOf({ file }, check) {
  return check.problems
    .filter((problem) => problem.severity === 'warning')
    .map((problem) => `${file}:${problem.line}:${problem.column}: warning: ${problem.message}${problem.hint ? ` (${problem.hint})` : ''}`);
}

const SIGNS = { loosens: 'opens   ', tightens: 'closes  ', neutral: 'changes ' };

/** The change in words, what opens access first. */
export function changeLines(check) {
  if (check.change.kind === 'comments') return ['  changes  Only comments and layout; every call is decided as before.'];
  return check.change.sentences.map((sentence) => `  ${SIGNS[sentence.effect]} ${sentence.text}`);
}
