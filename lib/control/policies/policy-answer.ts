import { parsePolicyText } from '@/lib/policy/parse';
import type { ControlContext, Reader } from '../context';
import { etagOf } from '../etag';
import { OPEN_STATUSES } from '../publications/close-publication';
import type { PublicationRow } from '../publications/publication-answer';
import type { PolicyAnswer } from './contract';

export type PolicyRow = Awaited<ReturnType<Reader['policy']['findUniqueOrThrow']>>;

/** Changes with every draft and every publish, so that nobody overwrites what they have not seen. */
export const policyEtag = (row: Pick<PolicyRow, 'liveVersion' | 'draftUpdatedAt'>): string =>
  etagOf(row.liveVersion ?? 0, row.draftUpdatedAt);

/** Answers for rows, in four queries whatever their number. */
export async function policyAnswers(db: Reader, ctx: ControlContext, rows: readonly PolicyRow[]): Promise<PolicyAnswer[]> {
  const ids = rows.map((row) => row.id);
  const servers = await db.server.findMany({
    where: { id: { in: rows.map((row) => row.serverId) } },
    select: { id: true, slug: true, name: true },
  });
  const live = await db.policyVersion.findMany({
    where: { OR: rows.filter((row) => row.liveVersion !== null).map((row) => ({ policyId: row.id, version: row.liveVersion as number })) },
    select: {
      policyId: true,
      version: true,
      textSha256: true,
      publishedAt: true,
      publishedBy: true,
      comment: true,
      compiled: true,
      text: true,
    },
  });
  const grants = await db.grant.groupBy({
    by: ['policyId'],
    where: { policyId: { in: ids }, status: 'active', OR: [{ expiresAt: null }, { expiresAt: { gt: ctx.now } }] },
    _count: true,
  });
  const waiting = await db.publication.findMany({ where: { policyId: { in: ids }, status: { in: [...OPEN_STATUSES] } } });
  return rows.map((row) => {
    const version = live.find((candidate) => candidate.policyId === row.id);
    return {
      id: row.id,
      slug: row.slug,
      name: row.name,
      server: servers.find((server) => server.id === row.serverId) ?? { id: row.serverId, slug: '', name: '' },
      live: version
        ? {
            version: version.version,
            digest: version.textSha256,
            publishedAt: version.publishedAt.toISOString(),
            publishedBy: version.publishedBy,
            comment: version.comment,
          }
        : null,
      mode: version ? modeOf(version.compiled) : null,
      tests: version ? testsIn(version.text) : null,
      hasDraft: row.draftText !== null,
      draftUpdatedAt: row.draftUpdatedAt?.toISOString() ?? null,
      draftUpdatedBy: row.draftUpdatedBy,
      grants: grants.find((group) => group.policyId === row.id)?._count ?? 0,
      secondPerson: row.secondPerson as PolicyAnswer['secondPerson'],
      managedBy: row.managedBy,
      waiting: waitingOf(waiting.find((candidate) => candidate.policyId === row.id)),
      createdAt: row.createdAt.toISOString(),
      etag: policyEtag(row),
    };
  });
}

export async function policyAnswer(db: Reader, ctx: ControlContext, id: string): Promise<PolicyAnswer> {
  const row = await db.policy.findUniqueOrThrow({ where: { id } });
  const [answer] = await policyAnswers(db, ctx, [row]);
  return answer as PolicyAnswer;
}

function modeOf(compiled: string): 'enforce' | 'observe' {
  const document: unknown = JSON.parse(compiled);
  return typeof document === 'object' && document !== null && (document as { mode?: unknown }).mode === 'observe' ? 'observe' : 'enforce';
}

function testsIn(text: string): number {
  // Most policies have none, and then nothing has to be read.
  if (!text.includes('"tests"')) return 0;
  const { root } = parsePolicyText(text);
  const tests = root?.kind === 'object' ? root.members.find(({ key }) => key === 'tests')?.value : undefined;
  return tests?.kind === 'array' ? tests.items.length : 0;
}

function waitingOf(row: PublicationRow | undefined): PolicyAnswer['waiting'] {
  if (!row) return null;
  return {
    id: row.id,
    status: row.status as NonNullable<PolicyAnswer['waiting']>['status'],
    dueAt: row.dueAt?.toISOString() ?? null,
    requestedAt: row.requestedAt.toISOString(),
    requestedBy: row.requestedBy,
    mode: row.mode as NonNullable<PolicyAnswer['waiting']>['mode'],
    restoredFrom: row.restoredFrom,
  };
}
