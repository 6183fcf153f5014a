import type { Metadata } from 'next';
import { IntegrityPage } from '@/components/activity/integrity/integrity-page';

export const metadata: Metadata = { title: 'Integrity · Activity' };

export default function Page() {
  return <IntegrityPage />;
}
