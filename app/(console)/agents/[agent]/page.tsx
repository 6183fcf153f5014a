import type { Metadata } from 'next';
import { AgentDetail } from '@/components/agents/agent-detail';
import { GrantsPanel } from '@/components/connect/grants-panel';

interface Props {
  params: Promise<{ agent: string }>;
}

export async function generateMetadata({ params }: Props): Promise<Metadata> {
  return { title: `${decodeURIComponent((await params).agent)} · Agents` };
}

export default async function AgentPage({ params }: Props) {
  const agent = decodeURIComponent((await params).agent);
  return <AgentDetail slug={agent} grants={<GrantsPanel agent={agent} />} />;
}
