import type { Server } from '@/components/shared/api/wire';
import { StatusTag } from '@/components/shared/status-tag';
import { RISK_LEVELS, type RiskLevel } from '@/lib/domain/risk';

export const TRANSPORT_WORDS: Record<Server['transport'], string> = { http: 'Streamable HTTP', sse: 'HTTP + SSE', stdio: 'stdio' };

/** The API leaves out levels without tools. */
export function fullMix(counts: Partial<Record<RiskLevel, number>>): Record<RiskLevel, number> {
  return Object.fromEntries(RISK_LEVELS.map((level) => [level, counts[level] ?? 0])) as Record<RiskLevel, number>;
}

/** The worst that is known: disabled, sync failing, tools waiting for review, then active. */
export function ServerStatus({ server }: { server: Server }) {
  if (server.status === 'disabled') return <StatusTag status="disabled" />;
  if (server.lastSyncError) return <StatusTag status="failing" word="Sync failed" />;
  const waiting = server.tools.pending + server.tools.quarantined;
  if (waiting > 0) return <StatusTag status="pending" word={`${waiting} to review`} />;
  if (!server.lastSyncAt) return <StatusTag status="draft" word="Never read" />;
  return <StatusTag status="active" />;
}

/** `Billing API (prod)` -> `billing-api-prod`, within the slug's rule. */
export function slugOf(name: string): string {
  return name
    .toLowerCase()
    .normalize('NFKD')
    .replaceAll(/[^a-z0-9]+/g, '-')
    .replaceAll(/^-+|-+$/g, '')
    .slice(0, 63);
}
