import type { Metadata } from 'next';
import { notFound } from 'next/navigation';
import { isSettingsSection } from '@/components/settings/sections';
import { SettingsPage } from '@/components/settings/settings-page';

export const metadata: Metadata = { title: 'Settings' };

export default async function Page({ params }: { params: Promise<{ section: string }> }) {
  const { section } = await params;
  if (!isSettingsSection(section)) notFound();
  return <SettingsPage section={section} />;
}
