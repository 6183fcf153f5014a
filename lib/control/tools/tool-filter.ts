import type { Prisma } from '@/lib/db/generated/client';
import type { QueryOf } from '../define-contract';
import type { listTools } from './contract';

type Filters = Omit<QueryOf<typeof listTools>, 'limit' | 'cursor' | 'server'>;

/** The filters of a tool list; category and risk mean the ones in force. */
export function toolFilter(query: Filters): Prisma.ToolWhereInput {
  const all: Prisma.ToolWhereInput[] = [{ removedAt: query.removed ? { not: null } : null }];
  if (query.category)
    all.push({ OR: [{ manualCategory: { in: query.category } }, { manualCategory: null, category: { in: query.category } }] });
  if (query.risk) all.push({ OR: [{ manualRisk: { in: query.risk } }, { manualRisk: null, risk: { in: query.risk } }] });
  if (query.status) all.push({ status: { in: query.status } });
  if (query.source === 'manual') all.push({ OR: [{ manualCategory: { not: null } }, { manualRisk: { not: null } }] });
  if (query.source === 'classifier') all.push({ manualCategory: null, manualRisk: null });
  if (query.findings) all.push({ findings: { array_contains: [{ severity: query.findings }] } });
  if (query.q) {
    const contains = { contains: query.q, mode: 'insensitive' as const };
    all.push({ OR: [{ name: contains }, { title: contains }, { description: contains }] });
  }
  return { AND: all };
}
