import type { Tool } from '@/components/shared/api/wire';
import type { Catalogue, CatalogueTool } from '@/lib/domain/decision';
import { isJsonObject } from '@/lib/kernel/json';

/** The tools of a server as the engine knows them. Tools that the server no longer announces are not among them. */
export function catalogueOf(tools: readonly Tool[]): Catalogue {
  const entries = tools
    .filter((tool) => tool.removedAt === null)
    .map(({ name, category, risk, status, digest, dispatch, inputSchema }): [string, CatalogueTool] => [
      name,
      { name, category, risk, status, digest, dispatch: dispatch ?? null, inputSchema: isJsonObject(inputSchema) ? inputSchema : null },
    ]);
  return new Map(entries);
}
