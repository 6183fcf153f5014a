import type { Metadata } from 'next';
import { AddServer } from '@/components/servers/add-server';

export const metadata: Metadata = { title: 'Add server' };

export default function AddServerPage() {
  return <AddServer />;
}
