import type { KillScope } from '@/lib/domain/kill-switch';
import type { KillSwitchAnswer } from './contract';

export interface KillSwitchRow {
  readonly id: string;
  readonly scope: string;
  readonly serverId: string | null;
  readonly agentId: string | null;
  readonly tool: string | null;
  readonly label: string;
  readonly reason: string;
  readonly engagedAt: Date;
  readonly engagedBy: string;
  readonly approvalsWithdrawn: number;
  readonly liftedAt: Date | null;
  readonly liftedBy: string | null;
  readonly liftReason: string | null;
}

export function killSwitchAnswer({ serverId, agentId, tool, ...row }: KillSwitchRow): KillSwitchAnswer {
  return {
    ...row,
    scope: row.scope as KillScope,
    target: tool === null ? (serverId ?? agentId) : `${serverId}/${tool}`,
    engagedAt: row.engagedAt.toISOString(),
    liftedAt: row.liftedAt?.toISOString() ?? null,
  };
}
