import type { Metadata } from 'next';
import { InboxPage } from '@/components/approvals/inbox-page';

export const metadata: Metadata = { title: 'Approvals' };

/** Where agents are told that a person decides. */
export default async function Page({ params }: { params: Promise<{ approval: string }> }) {
  return <InboxPage selected={decodeURIComponent((await params).approval)} />;
}
