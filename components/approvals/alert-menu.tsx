'use client';

import { Bell, BellRing } from 'lucide-react';
import {
  askForNotifications,
  setAlertSetting,
  useAlertSetting,
  useNotificationLeave,
} from '@/components/shared/approval-alerts/alert-settings';
import { playTone } from '@/components/shared/approval-alerts/tone';
import { useRefusal } from '@/components/shared/permission';
import { Button, LinkButton } from '@/components/ui/button';
import { Switch } from '@/components/ui/checkbox';
import { Popover } from '@/components/ui/popover';

/** How this browser tells of new requests. The browser is asked for leave by the button here and nowhere else. */
export function AlertMenu() {
  const notify = useAlertSetting('notify');
  const sound = useAlertSetting('sound');
  const leave = useNotificationLeave();
  const noChannels = useRefusal('notification.write');
  const on = sound || (notify && leave === 'granted');
  return (
    <Popover
      align="end"
      label="Alerts in this browser"
      className="w-[min(340px,calc(100vw-24px))]"
      trigger={
        <Button>
          {on ? <BellRing aria-hidden className="size-4 text-accent" /> : <Bell aria-hidden className="size-4" />}
          Alerts
        </Button>
      }
    >
      <div className="flex flex-col gap-4">
        <p className="text-meta text-ink-3">In this browser, for requests that you may decide.</p>
        {leave === 'granted' ? (
          <Switch
            checked={notify}
            onChange={(next) => setAlertSetting('notify', next)}
            label="Browser notifications"
            hint="While you look elsewhere. A click opens the request."
          />
        ) : leave === 'default' ? (
          <div className="flex flex-col items-start gap-2">
            <p>Your browser can notify you while you look elsewhere.</p>
            <Button size="sm" onClick={() => void askForNotifications()}>
              Allow notifications
            </Button>
          </div>
        ) : (
          <p>
            {leave === 'denied'
              ? 'Notifications are blocked for this address in the settings of your browser.'
              : 'This browser shows notifications only for addresses with https, or of this machine.'}
          </p>
        )}
        <Switch
          checked={sound}
          onChange={(next) => {
            setAlertSetting('sound', next);
            if (next) void playTone('usual');
          }}
          label="Sound"
          hint="Critical requests have a tone of their own. Browsers play it once you have clicked in the console."
        />
        {sound ? (
          <div className="flex gap-2">
            <Button size="sm" onClick={() => void playTone('usual')}>
              Play the usual tone
            </Button>
            <Button size="sm" onClick={() => void playTone('critical')}>
              Play the critical one
            </Button>
          </div>
        ) : null}
        {noChannels ? null : (
          <LinkButton href="/settings/notifications" variant="link">
            Mail, Slack and webhooks
          </LinkButton>
        )}
      </div>
    </Popover>
  );
}
