import { readWorkspace } from '@/lib/control/workspace/workspace';
import { getRuntime } from './runtime';

/** The time zone of the workspace, for pages that are made before the browser has asked for it. */
export async function workspaceZone(): Promise<string> {
  const { database } = await getRuntime();
  return (await readWorkspace(database.prisma)).timeZone;
}
