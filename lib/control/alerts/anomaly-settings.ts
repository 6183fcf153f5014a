import { ANOMALY_KINDS, type AnomalyKind, KINDS } from '@/lib/domain/anomaly/anomaly-kinds';
import { type SettingSubject, settingFor } from '@/lib/domain/anomaly/anomaly-settings';
import { change } from '../change';
import type { ControlContext, Reader, VerbInput } from '../context';
import { ControlError, notFound } from '../control-error';
import type { AnswerOf } from '../define-contract';
import { locateAgent, locateServer, locateTool } from '../locate';
import type { getAnomalySettings as getContract, setAnomalySetting as setContract } from './contract';
import { readSettings } from './settings-of';
import { writeSetting } from './tune';

type KindAnswer = AnswerOf<typeof setContract>;
const EVERYBODY: SettingSubject = { agentId: null, serverId: null, tool: null };

export async function getAnomalySettings(ctx: ControlContext): Promise<AnswerOf<typeof getContract>> {
  return { items: await kindAnswers(ctx.prisma, ANOMALY_KINDS) };
}

export async function setAnomalySetting(ctx: ControlContext, { params, body }: VerbInput<typeof setContract>): Promise<KindAnswer> {
  const kind = ANOMALY_KINDS.find((one) => one === params.kind);
  if (kind === undefined) throw notFound('kind of anomaly', params.kind);
  const { agent, server, tool, reason, ...tuning } = body;
  if ((server === undefined) !== (tool === undefined))
    throw new ControlError(422, 'anomaly.subject', 'A tool is named together with its server.', [
      { path: '/tool', message: 'with `server`' },
    ]);
  await change(ctx, async (tx, record) => {
    const located = agent === undefined ? null : await locateAgent(tx, agent);
    const place = server === undefined || tool === undefined ? null : await toolOf(tx, server, tool);
    const subject = { agentId: located?.id ?? null, serverId: place?.serverId ?? null, tool: place?.tool ?? null };
    const name = [located?.slug, place?.name].filter(Boolean).join(' · ') || 'everybody';
    await writeSetting(tx, ctx, record, { kind, subject, name, tuning, reason });
  });
  const [answer] = await kindAnswers(ctx.prisma, [kind]);
  if (answer === undefined) throw notFound('kind of anomaly', params.kind);
  return answer;
}

async function toolOf(db: Reader, server: string, tool: string) {
  const located = await locateServer(db, server);
  const { name } = await locateTool(db, located.id, tool);
  return { serverId: located.id, tool: name, name: `${located.slug}/${name}` };
}

async function kindAnswers(db: Reader, kinds: readonly AnomalyKind[]): Promise<KindAnswer[]> {
  const settings = await readSettings(db, kinds);
  const rows = await db.anomalySetting.findMany({ where: { kind: { in: [...kinds] } }, orderBy: { updatedAt: 'desc' } });
  const slugs = async (ids: (string | null)[], find: (ids: string[]) => Promise<{ id: string; slug: string }[]>) => {
    const wanted = ids.filter((id) => id !== null);
    return new Map(wanted.length === 0 ? [] : (await find(wanted)).map((one) => [one.id, one]));
  };
  const select = { id: true, slug: true } as const;
  const agents = await slugs(
    rows.map((row) => row.agentId),
    (ids) => db.agent.findMany({ where: { id: { in: ids } }, select }),
  );
  const servers = await slugs(
    rows.map((row) => row.serverId),
    (ids) => db.server.findMany({ where: { id: { in: ids } }, select }),
  );
  return kinds.map((kind) => {
    const { name, method, unit, threshold, thresholdMin, thresholdMax, action, minutes } = KINDS[kind];
    return {
      kind,
      name,
      method,
      unit,
      thresholdMin,
      thresholdMax,
      default: { enabled: true, threshold, action, minutes },
      everybody: settingFor(settings, kind, EVERYBODY),
      settings: rows
        .filter((row) => row.kind === kind)
        .map((row) => ({
          id: row.id,
          kind,
          agent: row.agentId === null ? null : (agents.get(row.agentId) ?? null),
          server: row.serverId === null ? null : (servers.get(row.serverId) ?? null),
          tool: row.tool,
          enabled: row.enabled,
          threshold: row.threshold,
          action: row.action as KindAnswer['settings'][number]['action'],
          minutes: row.minutes,
          reason: row.reason,
          updatedAt: row.updatedAt.toISOString(),
          updatedBy: row.updatedBy,
        })),
    };
  });
}
