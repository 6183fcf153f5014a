import { EXIT } from './arguments.mjs';
import { changeLines, checkFile, failuresOf } from './check.mjs';
import { chosenFiles } from './files.mjs';
import { unifiedDiff } from './unified-diff.mjs';

/** What the files would change: in words, what opens access first, then line by line. 0 nothing, 1 something, 2 a file that cannot be published. */
export async function run({ client, flags, operands, print, warn }) {
  const files = chosenFiles(flags, operands);
  const results = [];
  for (const file of files) {
    const check = await checkFile(client, file);
    const failures = failuresOf(file, check);
    const differs = check.live?.text !== file.text;
    const names = { before: check.live === null ? '/dev/null' : `${file.name} (version ${check.live.version})`, after: file.file };
    const diff = unifiedDiff(check.live?.text ?? '', file.text, names);
    results.push({ name: file.name, file: file.file, version: check.live?.version ?? null, differs, change: check.change, failures, diff });
    for (const line of failures) warn(line);
    if (flags.json === true || !differs) continue;
    const was = check.live === null ? 'new policy' : `against version ${check.live.version}`;
    print([`${file.name}: ${was}`, ...(failures.length === 0 ? changeLines(check) : []), diff, ''].join('\n'));
  }
  const different = results.filter((result) => result.differs).length;
  const failed = results.filter((result) => result.failures.length > 0).length;
  if (flags.json === true) print(JSON.stringify({ policies: results }, null, 2));
  else {
    const same = results.length - different;
    print(
      `${different} of ${results.length} differ${same > 0 ? `, ${same} as published` : ''}${failed > 0 ? `; ${failed} cannot be published` : ''}`,
    );
  }
  return failed > 0 ? EXIT.error : different > 0 ? EXIT.no : EXIT.ok;
}
