import type { Finding, ToolDefinition } from '@/lib/domain/risk';
export function findings(_tool: ToolDefinition): Finding[] {
  return [];
}
