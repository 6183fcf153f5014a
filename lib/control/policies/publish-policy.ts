import { sha256Hex } from '@/lib/kernel/digest';
import { change } from '../change';
import type { ControlContext, Transaction, VerbInput } from '../context';
import { ControlError, isUniqueViolation } from '../control-error';
import type { AnswerOf } from '../define-contract';
import { requireMatch } from '../etag';
import { locatePolicy, locateServer, lockRow } from '../locate';
import { catalogueOf } from '../tools/catalogue';
import { compileText } from './compile-text';
import type { publishPolicy as contract, restorePolicyVersion as restoreContract } from './contract';
import { type PolicyRow, policyEtag } from './policy-answer';

interface Publication {
  readonly comment?: string | undefined;
  readonly expectedVersion?: number | null | undefined;
}

/** Makes the draft the next version. 409 when another version is live than expected, 422 with the problems when it does not compile. */
export async function publishPolicy(
  ctx: ControlContext,
  { params, body, ifMatch }: VerbInput<typeof contract>,
): Promise<AnswerOf<typeof contract>> {
  return publishText(ctx, params, body, ifMatch, async (_tx, row) => {
    if (row.draftText === null)
      throw new ControlError(422, 'policy.no_draft', 'There is no draft to publish. Save one first; what is live stays live.');
    return { text: row.draftText, restoredFrom: null };
  });
}

/** Publishes the text of an old version again, as a new version: history is never rewritten. */
export async function restorePolicyVersion(
  ctx: ControlContext,
  { params, body, ifMatch }: VerbInput<typeof restoreContract>,
): Promise<AnswerOf<typeof restoreContract>> {
  const version = /^[1-9][0-9]{0,8}$/.test(params.n) ? Number(params.n) : 0;
  const published = await publishText(ctx, params, body, ifMatch, async (tx, row) => {
    const old = await tx.policyVersion.findUnique({ where: { policyId_version: { policyId: row.id, version } } });
    if (!old) throw new ControlError(404, 'policy_version.not_found', `The policy has no version \`${params.n}\`.`);
    return { text: old.text, restoredFrom: version };
  });
  return { ...published, restoredFrom: version };
}

type ChooseText = (tx: Transaction, row: PolicyRow) => Promise<{ text: string; restoredFrom: number | null }>;

async function publishText(
  ctx: ControlContext,
  params: { server: string; policy: string },
  body: Publication,
  ifMatch: string | null,
  choose: ChooseText,
): Promise<AnswerOf<typeof contract>> {
  const server = await locateServer(ctx.prisma, params.server);
  const { id, slug } = await locatePolicy(ctx.prisma, server.id, params.policy);
  try {
    const published = await change(ctx, async (tx, record) => {
      await lockRow(tx, 'policy', id);
      const row = await tx.policy.findUniqueOrThrow({ where: { id } });
      requireExpected(body.expectedVersion, row.liveVersion);
      requireMatch(ifMatch, policyEtag(row), 'policy');
      const { text, restoredFrom } = await choose(tx, row);
      const { compiled, problems } = compileText(text, await catalogueOf(tx, server.id));
      if (compiled === null) throw refusal(problems);
      const newest = await tx.policyVersion.aggregate({ where: { policyId: id }, _max: { version: true } });
      const version = (newest._max.version ?? 0) + 1;
      const digest = sha256Hex(text);
      await tx.policyVersion.create({
        data: {
          id: ctx.services.newId('pver'),
          policyId: id,
          version,
          text,
          textSha256: digest,
          compiled: compiled.canonical,
          compiledSha256: compiled.sha256,
          comment: body.comment ?? null,
          restoredFrom,
          publishedBy: ctx.actor.name,
          publishedAt: ctx.now,
        },
      });
      // Restoring leaves somebody's draft alone; publishing uses it up.
      const draft =
        restoredFrom === null ? { draftText: null, draftBaseVersion: null, draftUpdatedAt: ctx.now, draftUpdatedBy: ctx.actor.name } : {};
      await tx.policy.update({ where: { id }, data: { liveVersion: version, ...draft } });
      await record({
        action: restoredFrom === null ? 'policy.publish' : 'policy.restore',
        entity: 'policy',
        entityId: id,
        entityName: `${server.slug}/${slug}`,
        before: { liveVersion: row.liveVersion },
        after: { liveVersion: version, textSha256: digest, compiledSha256: compiled.sha256, comment: body.comment ?? null, restoredFrom },
      });
      return { version, digest, publishedAt: ctx.now.toISOString(), problems };
    });
    ctx.services.events.publish('policy', { action: 'published', server: server.slug, policy: slug, version: published.version });
    return published;
  } catch (error) {
    if (!isUniqueViolation(error)) throw error;
    throw new ControlError(
      409,
      'policy.version_conflict',
      'Another version was published at the same moment. Read the policy again and decide whether to publish over it.',
    );
  }
}

function requireExpected(expected: number | null | undefined, live: number | null): void {
  if (expected === undefined || (expected ?? 0) === (live ?? 0)) return;
  throw new ControlError(
    409,
    'policy.version_conflict',
    `Version ${live ?? 0} is live, not ${expected ?? 0} as you expected. Look at what changed before publishing over it.`,
    [{ path: '/expectedVersion', message: `the live version is ${live ?? 0}` }],
  );
}

function refusal(problems: AnswerOf<typeof contract>['problems']): ControlError {
  const errors = problems.filter((problem) => problem.severity === 'error');
  return new ControlError(
    422,
    'policy.invalid',
    `The policy does not compile: ${errors.length === 1 ? '1 error' : `${errors.length} errors`}. The draft is kept; what is live stays live.`,
    problems,
  );
}
