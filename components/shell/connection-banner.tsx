'use client';

import { WifiOff } from 'lucide-react';
import { useEffect, useState } from 'react';
import { absoluteTime } from '@/components/shared/format';
import { useLive } from '@/components/shared/live/live-provider';
import { useTimeZone } from '@/components/shared/time-zone';
import { Button } from '@/components/ui/button';

/** Appears when the stream has been gone for 4 s: short interruptions are not worth a movement of the page. */
export function ConnectionBanner() {
  const { state, lastAtMs, retryNow } = useLive();
  const { timeZone, offsetAt } = useTimeZone();
  const [shown, setShown] = useState(false);
  useEffect(() => {
    if (state !== 'reconnecting') return setShown(false);
    const timer = setTimeout(() => setShown(true), 4000);
    return () => clearTimeout(timer);
  }, [state]);
  if (!shown) return null;
  return (
    <div role="alert" className="flex flex-wrap items-center gap-x-3 gap-y-1 border-line border-b bg-limited-chip px-5 py-1.5 text-limited">
      <WifiOff aria-hidden className="size-4" />
      <span className="font-medium">The console cannot reach the server.</span>
      <span>
        {lastAtMs ? `What you see is from ${absoluteTime(lastAtMs, timeZone)} ${offsetAt(lastAtMs)}.` : 'Nothing was received yet.'}{' '}
        Enforcement at the gateway does not depend on this page.
      </span>
      <Button size="sm" className="ml-auto" onClick={retryNow}>
        Retry now
      </Button>
    </div>
  );
}
