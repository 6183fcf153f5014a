import type { CatalogueTool } from '@/lib/domain/decision';
import type { DispatchShape } from '@/lib/domain/risk';
import { isJsonObject } from '@/lib/kernel/json';
import type { Reader } from '../context';
import { inForce, type ToolRow } from './tool-answer';

/** The tools of a server as the policy engine sees them; removed ones are not among them. */
export async function catalogueOf(db: Reader, serverId: string): Promise<Map<string, CatalogueTool>> {
  const rows = await db.tool.findMany({ where: { serverId, removedAt: null }, orderBy: { name: 'asc' } });
  return new Map(rows.map((row) => [row.name, catalogueTool(row)]));
}

export function catalogueTool(row: ToolRow): CatalogueTool {
  const definition = row.definition;
  const schema = isJsonObject(definition) ? definition.inputSchema : undefined;
  return {
    name: row.name,
    ...inForce(row),
    status: row.status as CatalogueTool['status'],
    digest: row.digest,
    dispatch: row.dispatch as unknown as DispatchShape | null,
    inputSchema: isJsonObject(schema) ? schema : null,
  };
}
