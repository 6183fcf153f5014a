import type { ControlContext, VerbInput } from '../context';
import { ControlError } from '../control-error';
import type { AnswerOf } from '../define-contract';
import { locatePolicy, locateServer } from '../locate';
import { decodeCursor, pageOf } from '../paging';
import type { listPolicyVersions as all, getPolicyVersion as one } from './contract';
import type { Forecast } from './simulation-forecast';
import { versionNumber } from './version-number';

interface VersionRow {
  readonly version: number;
  readonly textSha256: string;
  readonly comment: string | null;
  readonly restoredFrom: number | null;
  readonly publishedBy: string;
  readonly approvedBy: string | null;
  readonly publication: string | null;
  readonly forecast: unknown;
  readonly publishedAt: Date;
}

/** Newest first. */
export async function listPolicyVersions(ctx: ControlContext, { params, query }: VerbInput<typeof all>): Promise<AnswerOf<typeof all>> {
  const server = await locateServer(ctx.prisma, params.server);
  const policy = await locatePolicy(ctx.prisma, server.id, params.policy);
  const after = decodeCursor(query.cursor, 1);
  const rows = await ctx.prisma.policyVersion.findMany({
    where: { policyId: policy.id, ...(after ? { version: { lt: Number(after[0]) } } : {}) },
    omit: { text: true, compiled: true },
    orderBy: { version: 'desc' },
    take: query.limit + 1,
  });
  return pageOf(
    rows,
    query.limit,
    (row) => [String(row.version)],
    rows.map((row) => versionAnswer(row, policy.liveVersion)),
  );
}

export async function getPolicyVersion(ctx: ControlContext, { params }: VerbInput<typeof one>): Promise<AnswerOf<typeof one>> {
  const server = await locateServer(ctx.prisma, params.server);
  const policy = await locatePolicy(ctx.prisma, server.id, params.policy);
  const version = versionNumber(params.n);
  const row = await ctx.prisma.policyVersion.findUnique({ where: { policyId_version: { policyId: policy.id, version } } });
  if (!row) throw new ControlError(404, 'policy_version.not_found', `The policy has no version \`${params.n}\`.`);
  return { ...versionAnswer(row, policy.liveVersion), text: row.text, compiledDigest: row.compiledSha256 };
}

function versionAnswer(row: VersionRow, live: number | null) {
  return {
    version: row.version,
    digest: row.textSha256,
    comment: row.comment,
    restoredFrom: row.restoredFrom,
    publishedBy: row.publishedBy,
    approvedBy: row.approvedBy,
    publication: row.publication,
    forecast: row.forecast as Forecast | null,
    publishedAt: row.publishedAt.toISOString(),
    live: row.version === live,
  };
}
