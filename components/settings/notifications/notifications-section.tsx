'use client';

import { useMe } from '@/components/shared/permission';
import { Loaded, NoPermission, SkeletonRows } from '@/components/shared/state-view';
import { Panel } from '@/components/ui/panel';
import { ChannelList } from './channel-list';
import { DeliveryLog } from './delivery-log';

/** Who is told about approvals outside of the console, and what became of it. */
export function NotificationsSection() {
  const me = useMe();
  return (
    <Loaded query={me} what="Notifications" skeleton={<SkeletonRows rows={4} />}>
      {({ permissions }) =>
        permissions.includes('notification.write') ? (
          <div className="flex flex-col gap-4">
            <ChannelList />
            <DeliveryLog />
          </div>
        ) : (
          <Panel>
            <NoPermission what="Notification channels" permission="notification.write" />
          </Panel>
        )
      }
    </Loaded>
  );
}
