/** Legacy: sessions and `initialize`, up to 2025-11-25. Modern: every request stands alone, from 2026-07-28. */
export type Era = 'legacy' | 'modern';

/** Begins the names that the protocol has for itself in `_meta`. */
export const META = 'io.modelcontextprotocol/';

/** Everything a client may ask or tell, by era. What is not listed does not exist: a new method is a decision, not an accident. */
const LEGACY_REQUESTS = new Set([
  'initialize',
  'ping',
  'tools/list',
  'tools/call',
  'prompts/list',
  'prompts/get',
  'resources/list',
  'resources/templates/list',
  'resources/read',
  'resources/subscribe',
  'resources/unsubscribe',
  'logging/setLevel',
  'completion/complete',
  'tasks/get',
  'tasks/result',
  'tasks/list',
  'tasks/cancel',
]);
const MODERN_REQUESTS = new Set([
  'server/discover',
  'tools/list',
  'tools/call',
  'prompts/list',
  'prompts/get',
  'resources/list',
  'resources/templates/list',
  'resources/read',
  'completion/complete',
  'subscriptions/listen',
  'tasks/get',
  'tasks/update',
  'tasks/cancel',
]);
const LEGACY_NOTIFICATIONS = new Set([
  'notifications/initialized',
  'notifications/cancelled',
  'notifications/progress',
  'notifications/roots/list_changed',
  'notifications/tasks/status',
]);
const MODERN_NOTIFICATIONS = new Set(['notifications/cancelled']);

export function isKnownRequest(method: string, era: Era): boolean {
  return (era === 'modern' ? MODERN_REQUESTS : LEGACY_REQUESTS).has(method);
}

export function isKnownNotification(method: string, era: Era): boolean {
  return (era === 'modern' ? MODERN_NOTIFICATIONS : LEGACY_NOTIFICATIONS).has(method);
}

/** The member of `params` that the `Mcp-Name` header mirrors, or null when the method has none. */
export function namedBy(method: string): 'name' | 'uri' | 'taskId' | null {
  switch (method) {
    case 'tools/call':
    case 'prompts/get':
      return 'name';
    case 'resources/read':
      return 'uri';
    case 'tasks/get':
    case 'tasks/update':
    case 'tasks/cancel':
      return 'taskId';
    default:
      return null;
  }
}
