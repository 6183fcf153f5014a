import type { Metadata } from 'next';
import { notFound, redirect } from 'next/navigation';
import { isSettingsSection } from '@/components/settings/sections';
import { SettingsPage } from '@/components/settings/settings-page';

export const metadata: Metadata = { title: 'Settings' };

export default async function Page({ params }: { params: Promise<{ section: string }> }) {
  const { section } = await params;
  // Where changes were before they stood beside the calls.
  if (section === 'changes') redirect('/activity/changes');
  if (!isSettingsSection(section)) notFound();
  return <SettingsPage section={section} />;
}
