import type { Era } from '@/lib/domain/mcp/methods';
import { isJsonObject, type Json, type JsonObject } from '@/lib/kernel/json';
import { spansOf } from '../wire/answer-id';
import { innerTask, outerTask } from './names';

/** The extension of 2026-07-28; before it tasks are a part of the protocol, and a different one. */
export const TASKS_EXTENSION = 'io.modelcontextprotocol/tasks';
const RELATED_TASK = 'io.modelcontextprotocol/related-task';

/** What servers of the client's era can do with tasks, in the words of that era. Tasks of another era are nothing to the client. */
export function joinedTasks(servers: readonly { readonly era: Era; readonly capabilities: JsonObject }[], era: Era): JsonObject {
  const all = servers.filter((server) => server.era === era).map(({ capabilities }) => capabilities);
  if (era === 'modern') {
    const has = all.some(({ extensions }) => isJsonObject(extensions) && TASKS_EXTENSION in extensions);
    return has ? { extensions: { [TASKS_EXTENSION]: {} } } : {};
  }
  const tasks = all.map((capabilities) => capabilities.tasks).filter((one) => isJsonObject(one));
  if (tasks.length === 0) return {};
  const calls = tasks.some(({ requests }) => isJsonObject(requests) && isJsonObject(requests.tools) && 'call' in requests.tools);
  return {
    tasks: {
      ...(tasks.some((one) => 'list' in one) ? { list: {} } : null),
      ...(tasks.some((one) => 'cancel' in one) ? { cancel: {} } : null),
      ...(calls ? { requests: { tools: { call: {} } } } : null),
    },
  };
}

/** Whether the answer may be a task, or be about one. */
export function mayNameTask(method: string, params: JsonObject): boolean {
  if (method.startsWith('tasks/')) return true;
  if (method !== 'tools/call') return false;
  const meta = isJsonObject(params._meta) ? params._meta : {};
  const declared = meta['io.modelcontextprotocol/clientCapabilities'];
  const extensions = isJsonObject(declared) ? declared.extensions : undefined;
  return 'task' in params || RELATED_TASK in meta || (isJsonObject(extensions) && TASKS_EXTENSION in extensions);
}

/** A response of one server with its tasks under their names at the aggregate, the rest of its text unchanged; null without any. */
export function withOuterTasks(text: string, slug: string): string | null {
  if (!text.includes('taskId')) return null;
  const result = resultOf(text);
  if (result === null) return null;
  const paths: string[][] = [['result', '_meta', RELATED_TASK, 'taskId']];
  // A call that was answered at once may have members of any name beside its content.
  if (!('content' in result)) {
    paths.push(['result', 'task', 'taskId']);
    if (typeof result.status === 'string') paths.push(['result', 'taskId']);
  }
  const named = paths.reduce((before, path) => withValueAt(before, path, (id) => outerTask(slug, id)), text);
  return named === text ? null : named;
}

/** Params of a message of one server with its tasks under their names at the aggregate; the same object without any. */
export function outerTaskParams(method: string, params: JsonObject, slug: string): JsonObject {
  const named = withRelatedTask(params, (id) => outerTask(slug, id));
  // Of requests the member means a task of the client's, which keeps its name.
  const isStatus = method === 'notifications/tasks/status' || method === 'notifications/tasks';
  return isStatus && typeof named.taskId === 'string' ? { ...named, taskId: outerTask(slug, named.taskId) } : named;
}

/** Params or a result of the client for one server, where a task is called what that server calls it; the same object without any. */
export function innerRelatedTask(value: JsonObject, slug: string): JsonObject {
  return withRelatedTask(value, (id) => {
    const found = innerTask(id);
    return found?.slug === slug ? found.id : id;
  });
}

function withRelatedTask(value: JsonObject, rename: (id: string) => string): JsonObject {
  const { _meta } = value;
  const related = isJsonObject(_meta) ? _meta[RELATED_TASK] : undefined;
  if (!isJsonObject(_meta) || !isJsonObject(related) || typeof related.taskId !== 'string') return value;
  return { ...value, _meta: { ..._meta, [RELATED_TASK]: { ...related, taskId: rename(related.taskId) } } };
}

/** `text` is an object; the text at the end of the path changes, wherever it stands there. */
function withValueAt(text: string, [member, ...rest]: readonly string[], rename: (value: string) => string): string {
  if (member === undefined) {
    const value = JSON.parse(text) as Json;
    return typeof value === 'string' ? JSON.stringify(rename(value)) : text;
  }
  let named = '';
  let at = 0;
  for (const [start, end] of spansOf(text, member)) {
    named += text.slice(at, start) + withValueAt(text.slice(start, end), rest, rename);
    at = end;
  }
  return named + text.slice(at);
}

function resultOf(text: string): JsonObject | null {
  try {
    const message = JSON.parse(text) as Json;
    return isJsonObject(message) && isJsonObject(message.result) ? message.result : null;
  } catch {
    return null;
  }
}
