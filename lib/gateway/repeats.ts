import { settingFor } from '@/lib/domain/anomaly/anomaly-settings';
import type { RepeatGuard } from '@/lib/domain/anomaly/repeats';
import type { Approved } from './stages/approve';

/**
 * How identical calls like this one are controlled. Reading the same again and again is how agents wait for something, so
 * reads are a kind of their own. A call that an enforced limit of its policy counts is never stopped as a loop: somebody has
 * said how often it may come, and the ledger keeps to that exactly.
 */
export function repeatsOf({ snapshot, decision, grant, server, tool }: Approved): { readonly repeats?: RepeatGuard } {
  const kind = decision.category === 'read' ? 'repeated_read' : 'loop';
  const { enabled, action, threshold } = settingFor(snapshot.repeatSettings, kind, {
    agentId: grant.agent.id,
    serverId: server.id,
    tool: tool.name,
  });
  if (!enabled) return {};
  const limited = decision.charges.some((charge) => charge.enforced);
  return { repeats: { mode: action === 'alert' || limited ? 'watch' : 'stop', kind, max: threshold } };
}
