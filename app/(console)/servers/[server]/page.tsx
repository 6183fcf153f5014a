import type { Metadata } from 'next';
import { GrantsPanel } from '@/components/connect/grants-panel';
import { ServerConnect } from '@/components/connect/server-connect';
import { PolicyTable } from '@/components/policies/policy-table';
import { ServerDetail } from '@/components/servers/server-detail';
import { ToolTable } from '@/components/tools/tool-table';

interface Props {
  params: Promise<{ server: string }>;
}

export async function generateMetadata({ params }: Props): Promise<Metadata> {
  return { title: `${decodeURIComponent((await params).server)} · Servers` };
}

export default async function ServerPage({ params }: Props) {
  const server = decodeURIComponent((await params).server);
  return (
    <ServerDetail
      slug={server}
      tools={<ToolTable server={server} />}
      policies={<PolicyTable server={server} />}
      grants={
        <div className="flex flex-col gap-4">
          <GrantsPanel server={server} />
          <ServerConnect server={server} />
        </div>
      }
    />
  );
}
