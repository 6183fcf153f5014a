import type { Metadata } from 'next';
import { PageHeader } from '@/components/shared/page-header';
import { ToolTable } from '@/components/tools/tool-table';

export const metadata: Metadata = { title: 'Tools' };

export default function ToolsPage() {
  return (
    <>
      <PageHeader title="Tools" description="Every tool of every server, with what it can do and why we say so." />
      <ToolTable />
    </>
  );
}
