import { isJsonObject, type JsonObject } from '@/lib/kernel/json';
import type { RpcId } from '../denial';
import { isRpcId, parseObject } from './rewrite';

/** Beyond this many the oldest is forgotten, and is nobody's then. */
const TASKS_MAX = 1_000;
const NOT_FOUND = { code: -32602, message: 'Task not found' };
const NO_LIST = { code: -32601, message: 'Method not found' };

/**
 * Tasks that the client of a session makes of what servers ask. It knows one server, the aggregate; a server is told of those that came of its own
 * questions, under the ids that the client gave them, and of no others.
 */
export class ClientTasks {
  /** Slugs by task id. */
  private readonly servers = new Map<string, string>();

  /** An answer of the client to a question of this server. */
  learn(slug: string, answer: JsonObject): void {
    const task = isJsonObject(answer.result) ? answer.result.task : undefined;
    if (!isJsonObject(task) || typeof task.taskId !== 'string' || this.servers.has(task.taskId)) return;
    if (this.servers.size >= TASKS_MAX) this.servers.delete(this.servers.keys().next().value as string);
    this.servers.set(task.taskId, slug);
  }

  /** The server that knows of the task; undefined when none does. */
  serverOf(taskId: string): string | undefined {
    return this.servers.get(taskId);
  }

  /** What a server reads in place of an answer of the client, when it asks for tasks that are not for it; null for all else. */
  refusalOf(slug: string, text: string): { readonly id: RpcId; readonly error: JsonObject } | null {
    if (!text.includes('"tasks/')) return null;
    const { id, method, params } = parseObject(text) ?? {};
    if (!isRpcId(id) || typeof method !== 'string' || !method.startsWith('tasks/')) return null;
    if (method === 'tasks/list') return { id, error: NO_LIST };
    const taskId = isJsonObject(params) ? params.taskId : undefined;
    return typeof taskId === 'string' && this.servers.get(taskId) === slug ? null : { id, error: NOT_FOUND };
  }
}
