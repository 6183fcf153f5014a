import type { Metadata } from 'next';
import { EventPage } from '@/components/activity/event-loader';

export const metadata: Metadata = { title: 'Call · Activity' };

export default async function Page({ params }: { params: Promise<{ event: string }> }) {
  return <EventPage id={decodeURIComponent((await params).event)} />;
}
