import type { Catalogue } from '@/lib/domain/decision';
import { RISK_LEVELS } from '@/lib/domain/risk';
import { sha256Hex } from '@/lib/kernel/digest';
import type { CompiledPolicy } from '@/lib/policy/compiled-policy';
import type { ControlContext, VerbInput } from '../context';
import { ControlError } from '../control-error';
import type { AnswerOf } from '../define-contract';
import { locatePolicy, locateServer } from '../locate';
import { countNodes } from '../nodes/list-nodes';
import { OPEN_STATUSES } from '../publications/close-publication';
import { readPublication } from '../publications/publication-answer';
import { catalogueOf } from '../tools/catalogue';
import { affectedBy } from './affected-grants';
import { applyMode } from './apply-mode';
import { type Assessment, assessText } from './assess-text';
import { compileText } from './compile-text';
import type { PolicyRow } from './policy-answer';
import { secondPersonBecause } from './policy-guards';
import type { reviewPolicy as contract } from './review-contract';
import { latestSimulation } from './simulation-forecast';

type Review = AnswerOf<typeof contract>;

/** What a person has to know before a text goes live, in one answer; it promises nothing, because publishing checks all of it again. */
export async function reviewPolicy(ctx: ControlContext, { params, query }: VerbInput<typeof contract>): Promise<Review> {
  const server = await locateServer(ctx.prisma, params.server);
  const row = await locatePolicy(ctx.prisma, server.id, params.policy);
  const live = await versionText(ctx, row, row.liveVersion);
  const base = query.restore === undefined ? row.draftBaseVersion : row.liveVersion;
  const source = await sourceText(ctx, row, query.restore);
  const text = applyMode(source, query.mode);
  const catalogue = await catalogueOf(ctx.prisma, server.id);
  const assessment = assessText(text, live, { catalogue, server, now: ctx.now });
  const { compiled, sentences, loosening, kind, problems, tests } = assessment;
  const open = await ctx.prisma.publication.findFirst({
    where: { policyId: row.id, status: { in: [...OPEN_STATUSES] } },
    select: { id: true },
  });
  const newest = await ctx.prisma.policyVersion.aggregate({ where: { policyId: row.id }, _max: { version: true } });
  const because = compiled === null ? null : secondPersonBecause(row.secondPerson, assessment);
  const digest = sha256Hex(text);
  const review: Omit<Review, 'blocked'> = {
    text,
    digest,
    mode: compiled?.document.mode ?? 'enforce',
    base: { version: base, text: base === row.liveVersion ? live : await versionText(ctx, row, base) },
    live: { version: row.liveVersion, text: live },
    stale: (base ?? 0) !== (row.liveVersion ?? 0),
    nextVersion: (newest._max.version ?? 0) + 1,
    problems,
    tests: { passed: tests.filter((test) => test.passed).length, failed: tests.filter((test) => !test.passed).length, results: tests },
    change: {
      sentences: sentences.map((sentence) => ({ ...sentence })),
      loosening,
      kind,
      opens: compiled === null ? null : opensByDefault(server, live, compiled, catalogue, ctx.now),
    },
    affected: { ...(await affectedBy(ctx, row.id)), nodes: await countNodes(ctx) },
    secondPerson: {
      setting: row.secondPerson as Review['secondPerson']['setting'],
      needed: because !== null,
      because,
    },
    managedBy: row.managedBy,
    simulation: await latestSimulation(ctx.prisma, row.id, [...new Set([digest, sha256Hex(source)])]),
    waiting: open ? await readPublication(ctx.prisma, ctx, open.id) : null,
  };
  return { ...review, blocked: blockedBy(ctx, review, query.restore !== undefined) };
}

async function sourceText(ctx: ControlContext, row: PolicyRow, restore: number | undefined): Promise<string> {
  if (restore !== undefined) {
    const text = await versionText(ctx, row, restore);
    if (text === null) throw new ControlError(404, 'policy_version.not_found', `The policy has no version \`${restore}\`.`);
    return text;
  }
  if (row.draftText === null) throw new ControlError(409, 'policy.no_draft', 'There is no draft to review. Save one first.');
  return row.draftText;
}

async function versionText(ctx: ControlContext, row: PolicyRow, version: number | null): Promise<string | null> {
  if (version === null) return null;
  const found = await ctx.prisma.policyVersion.findUnique({
    where: { policyId_version: { policyId: row.id, version } },
    select: { text: true },
  });
  return found?.text ?? null;
}

/** When everything that is not mentioned turns from denied to callable: the tools that this opens, by the engine's own answer. */
function opensByDefault(
  server: { readonly id: string; readonly slug: string },
  liveText: string | null,
  compiled: NonNullable<Assessment['compiled']>,
  catalogue: Catalogue,
  now: Date,
): Review['change']['opens'] {
  const live = liveText === null ? null : (compileText(liveText, undefined).compiled?.policy ?? null);
  if (compiled.policy.defaultAction !== 'allow' || live?.defaultAction === 'allow') return null;
  const decide = (policy: CompiledPolicy, tool: string) =>
    policy.decide(
      {
        tool,
        args: {},
        at: now.getTime(),
        server,
        agent: { id: '(any)', slug: '(any)', name: '(any)', owner: '(any)', environment: null, labels: {} },
        grant: { id: '(any)', scopes: [], purpose: null },
        client: null,
        session: null,
      },
      catalogue,
    );
  const closed = (tool: string) => live === null || ['(default deny)', '(hidden)'].includes(decide(live, tool).rule);
  return [...catalogue.values()]
    .filter((tool) => tool.status === 'active' && closed(tool.name) && decide(compiled.policy, tool.name).outcome === 'allowed')
    .map(({ name, category, risk }) => ({ tool: name, category, risk }))
    .sort((a, b) => RISK_LEVELS.indexOf(b.risk) - RISK_LEVELS.indexOf(a.risk) || a.tool.localeCompare(b.tool));
}

function blockedBy(ctx: ControlContext, review: Omit<Review, 'blocked'>, restoring: boolean): string[] {
  const errors = review.problems.filter((problem) => problem.severity === 'error').length;
  const { failed } = review.tests;
  const reasons: (string | false)[] = [
    errors > 0 && `${errors === 1 ? '1 error has' : `${errors} errors have`} to be corrected.`,
    failed > 0 && `${failed === 1 ? '1 test fails' : `${failed} tests fail`}.`,
    review.stale && !restoring && `Version ${review.live.version ?? 0} went live since this draft was begun. Merge with it first.`,
    review.managedBy !== null && ctx.actor.kind === 'user' && `The policy is kept in ${review.managedBy}.`,
    review.waiting !== null && !restoring && `A publication by ${review.waiting.requestedBy.name} waits already.`,
    review.change.kind === 'none' && 'The text is what is live.',
  ];
  return reasons.filter((reason) => reason !== false);
}
