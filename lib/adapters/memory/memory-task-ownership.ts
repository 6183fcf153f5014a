import type { TaskOwnership } from '@/lib/gateway/ports';

/** Whose tasks are whose, for as long as the process lives. The reference for the real one, and for tests. */
export class MemoryTaskOwnership implements TaskOwnership {
  private readonly owners = new Map<string, string>();

  async note(serverId: string, taskId: string, grantId: string): Promise<void> {
    const key = JSON.stringify([serverId, taskId]);
    if (!this.owners.has(key)) this.owners.set(key, grantId);
  }

  async ownersOf(serverId: string, taskIds: readonly string[]): Promise<ReadonlyMap<string, string>> {
    return new Map(
      taskIds.flatMap((taskId) => {
        const owner = this.owners.get(JSON.stringify([serverId, taskId]));
        return owner === undefined ? [] : [[taskId, owner] as const];
      }),
    );
  }
}
