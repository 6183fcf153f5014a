import type { Json } from '@/lib/kernel/json';
import type { Reader } from '../context';
import type { ToolAnswer } from './contract';

export type ToolRow = Awaited<ReturnType<Reader['tool']['findUniqueOrThrow']>>;

/** A tool over the wire; the manual classification is in force where there is one. */
export function toolAnswer(row: ToolRow, serverSlug: string): ToolAnswer {
  const definition = row.definition as Record<string, Json>;
  const isManual = row.manualCategory !== null || row.manualRisk !== null;
  const reasons = row.reasons as string[];
  return {
    id: row.id,
    server: serverSlug,
    name: row.name,
    title: row.title,
    description: row.description,
    inputSchema: (definition.inputSchema ?? null) as ToolAnswer['inputSchema'],
    annotations: (definition.annotations ?? null) as ToolAnswer['annotations'],
    ...inForce(row),
    reasons: isManual && row.manualReason ? [`Set by ${row.manualBy ?? 'a person'}: ${row.manualReason}`, ...reasons] : reasons,
    confidence: row.confidence as ToolAnswer['confidence'],
    source: isManual ? 'manual' : 'classifier',
    classifier: { category: row.category as ToolAnswer['category'], risk: row.risk as ToolAnswer['risk'], reasons },
    manual: isManual
      ? {
          category: row.manualCategory as ToolAnswer['category'] | null,
          risk: row.manualRisk as ToolAnswer['risk'] | null,
          reason: row.manualReason,
          by: row.manualBy,
          at: row.manualAt?.toISOString() ?? null,
        }
      : null,
    status: row.status as ToolAnswer['status'],
    digest: row.digest,
    findings: row.findings as unknown as ToolAnswer['findings'],
    dispatch: row.dispatch as unknown as ToolAnswer['dispatch'],
    change:
      row.changedDigest === null
        ? null
        : {
            digest: row.changedDigest,
            approved: row.definition as ToolAnswer['inputSchema'] & {},
            announced: row.changedDefinition as ToolAnswer['inputSchema'] & {},
          },
    removedAt: row.removedAt?.toISOString() ?? null,
    firstSeenAt: row.firstSeenAt.toISOString(),
    lastSeenAt: row.lastSeenAt.toISOString(),
  };
}

/** The classification that policies and the gateway use. */
export function inForce(row: Pick<ToolRow, 'category' | 'risk' | 'manualCategory' | 'manualRisk'>): Pick<ToolAnswer, 'category' | 'risk'> {
  return {
    category: (row.manualCategory ?? row.category) as ToolAnswer['category'],
    risk: (row.manualRisk ?? row.risk) as ToolAnswer['risk'],
  };
}
