import type { Metadata } from 'next';
import { InboxPage } from '@/components/approvals/inbox-page';

export const metadata: Metadata = { title: 'Approvals' };

export default function Page() {
  return <InboxPage selected={null} />;
}
