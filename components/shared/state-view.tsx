'use client';

import { CircleAlert, FilterX, Inbox, LockKeyhole, RotateCw, WifiOff } from 'lucide-react';
import { type ReactNode, useEffect, useState } from 'react';
import { Button } from '@/components/ui/button';
import { cn } from '@/components/ui/cn';
import { type Permission, ROLE_NAMES, rolesWith } from '@/lib/domain/roles';
import { ApiError } from './api/client';
import { Id } from './id-text';

function Frame({
  icon,
  title,
  children,
  action,
  role,
}: {
  icon: ReactNode;
  title: ReactNode;
  children?: ReactNode;
  action?: ReactNode;
  role?: 'alert' | 'status';
}) {
  return (
    <div role={role} className="flex flex-col items-start gap-3 px-4 py-10 sm:items-center sm:text-center">
      <span aria-hidden className="flex size-9 items-center justify-center rounded-full bg-sunken text-ink-3 [&>svg]:size-4.5">
        {icon}
      </span>
      <div className="flex max-w-[56ch] flex-col gap-1 sm:items-center">
        <p className="text-read font-medium text-ink">{title}</p>
        {children ? <div className="flex flex-col gap-1 text-base text-ink-2 sm:items-center">{children}</div> : null}
      </div>
      {action ? <div className="flex flex-wrap items-center gap-2">{action}</div> : null}
    </div>
  );
}

/** Nothing exists yet: one sentence what appears here, one action. */
export function EmptyState({ title, children, action }: { title: ReactNode; children?: ReactNode; action?: ReactNode }) {
  return (
    <Frame icon={<Inbox />} title={title} action={action}>
      {children}
    </Frame>
  );
}

/** Filters matched nothing; the filters stay on the page. */
export function NoMatches({
  onClearLast,
  onClearAll,
  widen,
  children,
}: {
  onClearLast?: () => void;
  onClearAll: () => void;
  /** Another time that has matches, with how many. */
  widen?: { label: string; onClick: () => void };
  children?: ReactNode;
}) {
  return (
    <Frame
      role="status"
      icon={<FilterX />}
      title="Nothing matches these filters"
      action={
        <>
          {onClearLast ? <Button onClick={onClearLast}>Clear last filter</Button> : null}
          {widen ? <Button onClick={widen.onClick}>{widen.label}</Button> : null}
          <Button variant="quiet" onClick={onClearAll}>
            Clear all filters
          </Button>
        </>
      }
    >
      {children}
    </Frame>
  );
}

export function ErrorState({ error, what, onRetry }: { error: unknown; what: string; onRetry?: () => void }) {
  if (error instanceof ApiError && error.status === 403) return <NoPermission what={what} message={error.message} />;
  const offline = error instanceof ApiError && error.status === 0;
  return (
    <Frame
      role="alert"
      icon={offline ? <WifiOff /> : <CircleAlert />}
      title={`${what} could not be loaded`}
      action={
        onRetry ? (
          <Button onClick={onRetry}>
            <RotateCw aria-hidden className="size-3.5" />
            Retry
          </Button>
        ) : null
      }
    >
      <span>{error instanceof Error ? error.message : 'The answer could not be read.'}</span>
      {error instanceof ApiError && error.requestId ? (
        <span className="flex items-center gap-1 text-meta text-ink-3">
          Request <Id value={error.requestId} max={24} />
        </span>
      ) : null}
    </Frame>
  );
}

export function NoPermission({ what, permission, message }: { what: string; permission?: Permission; message?: string }) {
  return (
    <Frame icon={<LockKeyhole />} title={`Your role does not include ${what.toLowerCase()}`}>
      {permission ? (
        <span>
          Ask someone who is{' '}
          {rolesWith(permission)
            .map((role) => ROLE_NAMES[role])
            .join(' or ')}
          .
        </span>
      ) : (
        message
      )}
    </Frame>
  );
}

/** Shows children only after 150 ms, so that a fast answer causes no flash. */
export function AfterDelay({ delayMs = 150, children }: { delayMs?: number; children: ReactNode }) {
  const [shown, setShown] = useState(false);
  useEffect(() => {
    const timer = setTimeout(() => setShown(true), delayMs);
    return () => clearTimeout(timer);
  }, [delayMs]);
  return shown ? children : null;
}

/** Placeholder lines in the height of the real rows. */
export function SkeletonRows({ rows = 8, rowHeight = 32, className }: { rows?: number; rowHeight?: number; className?: string }) {
  return (
    <div aria-hidden className={cn('flex flex-col', className)} style={{ height: rows * rowHeight }}>
      <AfterDelay>
        {Array.from({ length: rows }, (_, index) => (
          <div key={index} className="flex items-center gap-6 border-line-soft border-b px-4" style={{ height: rowHeight }}>
            <span className="skeleton h-3" style={{ width: `${14 + ((index * 7) % 9)}%` }} />
            <span className="skeleton h-3" style={{ width: `${22 + ((index * 5) % 13)}%` }} />
            <span className="skeleton h-3 w-16" />
            <span className="skeleton ml-auto h-3 w-12" />
          </div>
        ))}
      </AfterDelay>
    </div>
  );
}

interface QueryLike<T> {
  data: T | undefined;
  error: unknown;
  isPending: boolean;
  refetch: () => unknown;
}

/** Loading, error, then the data; old data stays while new is fetched, also when that fails. */
export function Loaded<T>({
  query,
  what,
  skeleton,
  children,
}: {
  query: QueryLike<T>;
  what: string;
  skeleton?: ReactNode;
  children: (data: T) => ReactNode;
}) {
  if (query.data !== undefined) return <>{children(query.data)}</>;
  if (query.error) return <ErrorState error={query.error} what={what} onRetry={() => query.refetch()} />;
  return (
    <div role="status" aria-busy="true" aria-label={`Loading ${what.toLowerCase()}`}>
      {skeleton ?? <SkeletonRows />}
    </div>
  );
}
