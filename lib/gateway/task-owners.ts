import { isJsonObject, type Json } from '@/lib/kernel/json';
import type { GatewayPorts } from './ports';
import type { Granted } from './stages/grant';

/**
 * Whose tasks are whose. A server that all agents reach with one credential cannot tell them apart, so whoever learns the id of a
 * task could read its result. What was made by one grant is there for no other, at whichever node it asks.
 */
export class TaskOwners {
  constructor(private readonly ports: Pick<GatewayPorts, 'taskOwnership' | 'log'>) {}

  /**
   * A result that makes a task: `task` in the stateful revisions, `resultType: "task"` after them. Resolves when it is written down, which
   * is before the client hears of it; null for every other message. Never rejects: the call has run, and its answer is delivered.
   */
  learn(call: Granted, text: string): Promise<void> | null {
    if (!text.includes('taskId')) return null;
    const id = madeTask(text);
    if (id === null) return null;
    const { taskOwnership, log } = this.ports;
    return taskOwnership
      .note(call.server.id, id, call.grant.id)
      .catch((error: unknown) => log.error('the owner of a task was not written down', { server: call.server.slug, error: String(error) }));
  }

  /** true when the task was made under another grant. Rejects with `LedgerUnavailable`. */
  async isForeign(call: Granted, taskId: Json | undefined): Promise<boolean> {
    return typeof taskId === 'string' && (await this.ownOf(call, [taskId])).length === 0;
  }

  /** Those of the tasks that were not made under another grant. Rejects with `LedgerUnavailable`. */
  async ownOf(call: Granted, taskIds: readonly Json[]): Promise<readonly string[]> {
    const ids = taskIds.filter((id): id is string => typeof id === 'string');
    const owners = await this.ports.taskOwnership.ownersOf(call.server.id, ids);
    return ids.filter((id) => (owners.get(id) ?? call.grant.id) === call.grant.id);
  }

  /** `tasks/list` without the tasks of others. Rejects with `LedgerUnavailable`. */
  async withoutForeign(call: Granted, message: Json): Promise<Json> {
    if (!isJsonObject(message) || !isJsonObject(message.result) || !Array.isArray(message.result.tasks)) return message;
    const all = message.result.tasks as readonly Json[];
    const own = new Set<string | null>(await this.ownOf(call, all.map(idOf)));
    // What has no id belongs to nobody else.
    const tasks = all.filter((task) => idOf(task) === null || own.has(idOf(task)));
    return { ...message, result: { ...message.result, tasks } };
  }
}

const idOf = (task: Json): string | null => (isJsonObject(task) && typeof task.taskId === 'string' ? task.taskId : null);

function madeTask(text: string): string | null {
  try {
    const message = JSON.parse(text) as Json;
    const result = isJsonObject(message) ? message.result : undefined;
    if (!isJsonObject(result)) return null;
    const task = isJsonObject(result.task) ? result.task : result.resultType === 'task' ? result : null;
    return idOf(task);
  } catch {
    return null;
  }
}
