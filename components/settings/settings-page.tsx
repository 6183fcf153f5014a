'use client';

import { useRouter } from 'next/navigation';
import { PageHeader } from '@/components/shared/page-header';
import { Tabs } from '@/components/ui/tabs';
import { AboutSection } from './about-section';
import { AppearanceSection } from './appearance-section';
import { SchedulesSection } from './exports/schedules-section';
import { IssuersSection } from './issuers-section';
import { MembersSection } from './members-section';
import { NotificationsSection } from './notifications/notifications-section';
import { ProfileSection } from './profile-section';
import { RetentionSection } from './retention/retention-section';
import type { SettingsSection } from './sections';

/** Sections have their own address. */
export function SettingsPage({ section }: { section: SettingsSection }) {
  const router = useRouter();
  return (
    <>
      <PageHeader title="Settings" />
      <Tabs
        label="Settings"
        value={section}
        onChange={(value) => router.push(`/settings/${value}`)}
        items={[
          { value: 'members', label: 'Members', content: <MembersSection /> },
          { value: 'notifications', label: 'Notifications', content: <NotificationsSection /> },
          { value: 'issuers', label: 'Token issuers', content: <IssuersSection /> },
          { value: 'retention', label: 'Retention', content: <RetentionSection /> },
          { value: 'exports', label: 'Scheduled exports', content: <SchedulesSection /> },
          { value: 'profile', label: 'Profile', content: <ProfileSection /> },
          { value: 'appearance', label: 'Appearance', content: <AppearanceSection /> },
          { value: 'about', label: 'About and health', content: <AboutSection /> },
        ]}
      />
    </>
  );
}
