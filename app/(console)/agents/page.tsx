import type { Metadata } from 'next';
import { AgentList } from '@/components/agents/agent-list';
import { GrantsPanel } from '@/components/connect/grants-panel';

export const metadata: Metadata = { title: 'Agents' };

export default function AgentsPage() {
  return <AgentList grants={<GrantsPanel />} />;
}
