import { EXIT } from './arguments.mjs';
import { checkFile, failuresOf } from './check.mjs';
import { chosenFiles } from './files.mjs';

/** Runs the tests that are written in the files, with the engine that decides at the gateway. 0 all pass, 1 a test fails, 2 a file with errors. */
export async function run({ client, flags, operands, print, warn }) {
  const files = chosenFiles(flags, operands);
  const results = [];
  for (const file of files) {
    const check = await checkFile(client, file);
    results.push({ name: file.name, file: file.file, valid: check.valid, ...check.tests });
    if (flags.json === true) continue;
    for (const line of failuresOf(file, check)) warn(line);
    for (const test of check.tests.results) print(`${test.passed ? '✓' : '✗'} ${file.name}: ${test.name}`);
    if (check.valid && check.tests.results.length === 0) print(`- ${file.name}: no tests`);
  }
  const sum = (of) => results.reduce((total, result) => total + of(result), 0);
  const [passed, failed, invalid] = [sum((one) => one.passed), sum((one) => one.failed), sum((one) => (one.valid ? 0 : 1))];
  if (flags.json === true) print(JSON.stringify({ passed, failed, invalid, policies: results }, null, 2));
  else print(`${passed} passed, ${failed} failed${invalid > 0 ? `, ${invalid} with errors` : ''}`);
  return invalid > 0 ? EXIT.error : failed > 0 ? EXIT.no : EXIT.ok;
}
