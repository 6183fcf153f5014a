import { CliError, EXIT } from './arguments.mjs';
import { readText } from './files.mjs';

const FORMATS = { policylayer: 'PolicyLayer', intercept: 'Intercept', callgate: 'Callgate' };
const EFFECTS = { same: 'decides the same', stricter: 'stricter', looser: 'LETS MORE PASS', unclear: 'look at it' };

/** Prints a foreign policy in this language; the report of every part that did not stay as it was goes to standard error. */
export async function run({ client, flags, operands, print, warn }) {
  if (operands.length !== 1) throw new CliError('`policy convert` takes one file, or - for standard input.');
  const text = readText(operands[0]);
  const imported = await client.call('POST', '/policies/import', {
    body: { text, ...(flags.server === undefined ? {} : { server: flags.server }) },
  });
  const file = operands[0] === '-' ? '<stdin>' : operands[0];
  const errors = imported.problems.filter((problem) => problem.severity === 'error');
  if (imported.inOriginal) {
    for (const problem of errors) warn(`${file}:${problem.line}:${problem.column}: error: ${problem.message}`);
    throw new CliError(`${file} cannot be read as ${imported.syntax === 'yaml' ? 'YAML' : 'JSON'}, so nothing was made of it.`);
  }
  const told = imported.report.filter((row) => row.status !== 'mapped' || row.note !== '');
  if (flags.json === true) print(JSON.stringify(imported, null, 2));
  else process.stdout.write(imported.text.endsWith('\n') ? imported.text : `${imported.text}\n`);
  warn(`${file}: read as ${FORMATS[imported.format]} ${imported.syntax === 'yaml' ? 'YAML' : 'JSON'}, ${imported.report.length} parts`);
  for (const row of told) {
    const what = row.status === 'dropped' ? 'left out, ' : '';
    warn(`${file}:${row.line > 0 ? row.line : 1}: ${row.from}: ${what}${EFFECTS[row.effect]}${row.note === '' ? '' : `: ${row.note}`}`);
  }
  for (const problem of errors) warn(`result:${problem.line}:${problem.column}: error: ${problem.message}`);
  const same = imported.report.every((row) => row.effect === 'same');
  return errors.length > 0 ? EXIT.error : same ? EXIT.ok : EXIT.no;
}
