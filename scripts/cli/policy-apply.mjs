import { createHash } from 'node:crypto';
import { CliError, EXIT } from './arguments.mjs';
import { changeLines, checkFile, failuresOf, warningsOf } from './check.mjs';
import { chosenFiles } from './files.mjs';

/** Publishes the files. All of them are checked before the first is touched, so that a mistake in one leaves every policy as it was. */
export async function run({ client, flags, operands, print, warn }) {
  const files = chosenFiles(flags, operands);
  const plans = [];
  for (const file of files) plans.push(await planFor(client, file, flags));
  const failures = plans.flatMap((plan) => plan.failures);
  for (const line of [...plans.flatMap((plan) => plan.warnings), ...failures]) warn(line);
  if (failures.length > 0)
    throw new CliError(
      `Nothing was changed: ${failures.length === 1 ? 'this has' : 'these have'} to be mended first.`,
      plans.every((plan) => plan.onlyTestsFail) ? EXIT.no : EXIT.error,
    );
  const results = [];
  for (const plan of plans) {
    const result = flags['dry-run'] === true ? { ...plan.result, done: false } : await applyPlan(client, plan, flags, results);
    results.push(result);
    if (flags.json !== true) print(linesOf(plan, result, flags['dry-run'] === true).join('\n'));
  }
  if (flags.json === true) print(JSON.stringify({ policies: results, dryRun: flags['dry-run'] === true }, null, 2));
  return results.some((result) => result.action === 'waits') ? EXIT.waits : EXIT.ok;
}

async function planFor(client, file, flags) {
  const path = `/servers/${file.server}/policies/${file.policy}`;
  const check = await checkFile(client, file);
  const found = await client.call('GET', path, { accept: [404] });
  const policy = found.status === 404 ? null : found;
  const managedBy = flags['managed-by'];
  const publish = check.live?.text !== file.text;
  const mark = managedBy !== undefined && policy?.managedBy !== managedBy;
  const failures = failuresOf(file, check);
  const draft = policy?.draft ?? null;
  if (publish && draft !== null && draft.text !== file.text && policy.managedBy === null && flags['replace-drafts'] !== true)
    failures.push(
      `${file.file}: ${draft.updatedBy} left a draft of ${file.name} in the console (${draft.updatedAt}). Publish or discard it there, or pass --replace-drafts.`,
    );
  const action = publish ? 'publish' : mark ? 'mark' : 'none';
  const result = {
    name: file.name,
    file: file.file,
    action,
    from: check.live?.version ?? null,
    version: check.live?.version ?? null,
    change: check.change,
    publication: null,
  };
  const onlyTestsFail = failures.length === check.tests.failed;
  return { file, path, check, policy, publish, mark, failures, onlyTestsFail, warnings: warningsOf(file, check), result };
}

async function applyPlan(client, plan, flags, before) {
  const { file, path, check, result } = plan;
  const expectedVersion = check.live?.version ?? 0;
  try {
    const waiting = plan.publish ? await waitingFor(client, file, plan.policy) : null;
    const publish = plan.publish && waiting === null;
    const saved = publish ? await saveDraft(client, plan, expectedVersion) : null;
    // Before publishing: a key that may not mark is refused before anything is in force.
    if (plan.mark) await client.call('PATCH', path, { body: { managedBy: flags['managed-by'] } });
    const published = publish ? await publishDraft(client, plan, flags, expectedVersion, saved.etag) : waiting;
    return { ...result, ...published, done: true };
  } catch (error) {
    if (!(error instanceof CliError)) throw error;
    await withdrawDraft(client, plan);
    const done = before.filter((one) => one.action !== 'none').map((one) => one.name);
    throw new CliError(
      `${file.name}: ${error.message}\n${done.length === 0 ? 'Nothing else was changed.' : `Applied before: ${done.join(', ')}.`} Run it again when this is mended: what is applied already stays.`,
    );
  }
}

function saveDraft(client, { file, path, policy }, expectedVersion) {
  if (policy === null) return client.call('PUT', path, { body: { text: file.text } });
  return client.call('PUT', path, { body: { text: file.text, baseVersion: expectedVersion }, headers: { 'if-match': `"${policy.etag}"` } });
}

/** Only the draft that was saved a moment ago: another's text, saved in between, must not go live by this. */
async function publishDraft(client, { file, path }, flags, expectedVersion, etag) {
  const comment = flags.comment ?? `Applied from ${file.file}`;
  const answer = await client.call('POST', `${path}/publish`, { body: { comment, expectedVersion }, headers: { 'if-match': `"${etag}"` } });
  if (answer.status === 'published') return { version: answer.version };
  return { action: 'waits', publication: answer.publication.id, why: answer.status };
}

/** Leaves no draft behind that the next run would take for somebody's work. */
async function withdrawDraft(client, { file, path, policy }) {
  if (policy === null || policy.draft !== null) return;
  try {
    const now = await client.call('GET', path);
    if (now.draft?.text === file.text) await client.call('DELETE', `${path}/draft`, { headers: { 'if-match': `"${now.etag}"` } });
  } catch {
    // What went wrong before is what has to be said.
  }
}

/** A run before this one may have asked already: the same text waits, and asking again would be refused. */
async function waitingFor(client, file, policy) {
  if (policy === null) return null;
  const open = await client.list(`/publications?server=${file.server}&policy=${policy.id}&status=awaiting_review,scheduled`);
  const digest = createHash('sha256').update(file.text).digest('hex');
  const same = open.find((publication) => publication.digest === digest);
  return same === undefined ? null : { action: 'waits', publication: same.id, why: same.status };
}

function linesOf({ check, file }, result, dryRun) {
  if (result.action === 'none') return [`${file.name}: nothing to do (version ${result.version})`];
  if (result.action === 'mark') return [`${file.name}: ${dryRun ? 'would be marked' : 'marked'} as kept elsewhere`];
  if (result.action === 'waits') {
    const reason = result.why === 'scheduled' ? 'waits for its time' : 'waits for a second person to approve it in the console';
    return [`${file.name}: ${reason} (${result.publication})`, ...changeLines(check)];
  }
  const done = dryRun
    ? `would be published over ${result.from === null ? 'nothing' : `version ${result.from}`}`
    : `published as version ${result.version}`;
  return [`${file.name}: ${done}`, ...changeLines(check)];
}
