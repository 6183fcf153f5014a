import type { Metadata } from 'next';
import { AgentDetail } from '@/components/agents/agent-detail';
import { AggregateCard } from '@/components/connect/aggregate-card';
import { GrantsPanel } from '@/components/connect/grants-panel';

interface Props {
  params: Promise<{ agent: string }>;
}

export async function generateMetadata({ params }: Props): Promise<Metadata> {
  return { title: `${decodeURIComponent((await params).agent)} · Agents` };
}

export default async function AgentPage({ params }: Props) {
  const agent = decodeURIComponent((await params).agent);
  return (
    <AgentDetail
      slug={agent}
      grants={
        <div className="flex flex-col gap-4">
          <GrantsPanel agent={agent} />
          <AggregateCard agent={agent} />
        </div>
      }
    />
  );
}
