import type { Metadata } from 'next';
import { PolicyPage } from '@/components/policies/policy-page';

interface Props {
  params: Promise<{ server: string; policy: string }>;
}

export async function generateMetadata({ params }: Props): Promise<Metadata> {
  const { server, policy } = await params;
  return { title: `${policy} · ${server}` };
}

export default async function Page({ params }: Props) {
  const { server, policy } = await params;
  return <PolicyPage server={decodeURIComponent(server)} policy={decodeURIComponent(policy)} />;
}
