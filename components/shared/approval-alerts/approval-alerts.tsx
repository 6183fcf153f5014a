'use client';

import { usePathname, useRouter } from 'next/navigation';
import { useEffect, useRef } from 'react';
import { toast } from '@/components/ui/toaster';
import { inertLine } from '@/lib/domain/notification/inert-line';
import { readAlertSetting, readNotificationLeave } from './alert-settings';
import { firstToTell, SeenRequests, type WaitingRequest } from './new-requests';
import { usePageBadge } from './page-badge';
import { playTone } from './tone';
import { useApprovalSummary } from './use-approval-summary';

/** Tells the person in front of the console of requests that they may decide. Draws nothing itself. */
export function ApprovalAlerts() {
  const router = useRouter();
  const pathname = usePathname();
  const { data } = useApprovalSummary();
  const seen = useRef(new SeenRequests());
  usePageBadge(data?.decidable ?? 0);
  const onApprovals = pathname === '/approvals' || pathname.startsWith('/approvals/');
  useEffect(() => {
    const fresh = data === undefined ? [] : seen.current.take(data.newest);
    if (fresh.length > 0) tell(fresh, { onApprovals, open: (path) => router.push(path) });
  }, [data, onApprovals, router]);
  return null;
}

function tell(fresh: readonly WaitingRequest[], { onApprovals, open }: { onApprovals: boolean; open: (path: string) => void }): void {
  const { title, body, path, tag } = words(fresh);
  if (!onApprovals)
    toast(title, { id: `approval-${tag}`, description: body, duration: 10_000, action: { label: 'Review', onClick: () => open(path) } });
  if (!firstToTell(tag, window.localStorage)) return;
  if (readAlertSetting('sound')) void playTone(fresh.some(({ risk }) => risk === 'critical') ? 'critical' : 'usual');
  const looking = document.visibilityState === 'visible' && document.hasFocus();
  if (looking || !readAlertSetting('notify') || readNotificationLeave() !== 'granted') return;
  try {
    const notification = new Notification(title, { body, tag: `callgate-${tag}` });
    notification.onclick = () => {
      window.focus();
      notification.close();
      open(path);
    };
  } catch {
    // Some browsers show notifications for service workers only; badge, toast and sound stay.
  }
}

/** One request by name, several by number. */
function words(fresh: readonly WaitingRequest[]): { title: string; body: string; path: string; tag: string } {
  const [one] = fresh;
  const tag = one?.id ?? '';
  if (one === undefined || fresh.length > 1)
    return {
      title: `${fresh.length} calls wait for your decision`,
      body: 'What nobody approves in time is denied.',
      path: '/approvals',
      tag,
    };
  return {
    title: one.risk === 'critical' ? 'A critical call waits for your decision' : 'A call waits for your decision',
    body: `${inertLine(one.agent, 63)} wants to call ${inertLine(one.tool, 80)} on ${inertLine(one.server, 63)}.`,
    path: `/approvals/${one.id}`,
    tag,
  };
}
