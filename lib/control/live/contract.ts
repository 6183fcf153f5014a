import { z } from 'zod';
import { defineContract } from '../define-contract';

export const LIVE_EVENT_NAMES = ['call', 'approval', 'access', 'limit', 'policy', 'server', 'alert', 'gap'] as const;

export const streamEvents = defineContract({
  name: 'streamEvents',
  method: 'GET',
  path: '/events',
  permission: 'read',
  summary: 'Server-sent events for live pages; Last-Event-ID resumes, and `gap` says that something was missed.',
  answer: z.object({ id: z.number().int().nullable(), name: z.enum(LIVE_EVENT_NAMES), data: z.json() }),
  stream: 'sse',
});
