import { isJsonObject, type Json } from '@/lib/kernel/json';
import type { Granted } from './stages/grant';

/** Older ones are forgotten first; tasks live for minutes. */
const REMEMBERED_MAX = 20_000;

/**
 * Whose tasks are whose. A server that all agents reach with one credential cannot tell them apart, so whoever learns the id of a
 * task could read its result. What this node has seen made by one grant is there for no other.
 */
export class TaskOwners {
  private readonly owners = new Map<string, string>();

  /** A result that makes a task: `task` in the stateful revisions, `resultType: "task"` after them. */
  learn(call: Granted, text: string): void {
    if (!text.includes('taskId')) return;
    const id = madeTask(text);
    if (id === null) return;
    if (this.owners.size >= REMEMBERED_MAX) this.owners.delete(this.owners.keys().next().value as string);
    const key = keyOf(call, id);
    // The first one made it: no server may hand a task over by naming it again.
    if (!this.owners.has(key)) this.owners.set(key, call.grant.id);
  }

  /** true when the task was made under another grant. */
  isForeign(call: Granted, taskId: Json | undefined): boolean {
    if (typeof taskId !== 'string') return false;
    const owner = this.owners.get(keyOf(call, taskId));
    return owner !== undefined && owner !== call.grant.id;
  }

  /** `tasks/list` without the tasks of others. */
  withoutForeign(call: Granted, message: Json): Json {
    if (!isJsonObject(message) || !isJsonObject(message.result) || !Array.isArray(message.result.tasks)) return message;
    const all = message.result.tasks as readonly Json[];
    const tasks = all.filter((task) => !isJsonObject(task) || !this.isForeign(call, task.taskId));
    return { ...message, result: { ...message.result, tasks } };
  }
}

function keyOf({ server }: Granted, taskId: string): string {
  return `${server.id} ${taskId}`;
}

function madeTask(text: string): string | null {
  try {
    const message = JSON.parse(text) as Json;
    const result = isJsonObject(message) ? message.result : undefined;
    if (!isJsonObject(result)) return null;
    const task = isJsonObject(result.task) ? result.task : result.resultType === 'task' ? result : null;
    return typeof task?.taskId === 'string' ? task.taskId : null;
  } catch {
    return null;
  }
}
