'use client';

import { ArrowUpFromLine } from 'lucide-react';
import Link from 'next/link';
import type { LimitRow } from '@/components/shared/api/wire';
import { formatCount } from '@/components/shared/format';
import { useTimeZone } from '@/components/shared/time-zone';
import { InertText } from '@/components/shared/unverified-text';
import { cn } from '@/components/ui/cn';
import { Tooltip } from '@/components/ui/tooltip';
import { forecastWords, leftWords, nameOf, ruleHref, scopeOf, spanWords, utcWords } from './limit-words';
import { useServerNow } from './server-clock';

/** Who is counted, and who of several uses it most. */
export function Who({ row, short = false }: { row: LimitRow; short?: boolean }) {
  const agent = row.agent?.slug;
  const name = <InertText text={short && agent ? nameOf(row).replace(`${agent} · `, '') : nameOf(row)} max={80} />;
  const href = row.agent ? `/agents/${row.agent.slug}` : row.scope === 'server' && row.server ? `/servers/${row.server}` : null;
  const [first] = row.busiest;
  const total = row.busiest.reduce((sum, each) => sum + each.amount, 0);
  return (
    <span className="min-w-0">
      {href ? (
        <Link href={href} className="font-medium hover:underline">
          {name}
        </Link>
      ) : (
        <span className="font-medium">{name}</span>
      )}{' '}
      <span className="text-ink-3">
        {scopeOf(row.scope)}
        {first && total > 0 ? (
          <>
            {' · '}
            <InertText text={first.agent} max={60} /> {Math.round((first.amount / total) * 100)} %
          </>
        ) : null}
      </span>
    </span>
  );
}

/** The tool whose rule it is and what that counts, as a link to where it is written. */
export function RuleLink({ row, full }: { row: LimitRow; full?: boolean }) {
  const href = ruleHref(row);
  const words = (
    <>
      <span className="text-ink-3">{row.server ?? 'deleted'} / </span>
      <InertText text={row.tool ?? 'every tool'} max={80} />{' '}
      <span className="text-ink-3">
        · {row.counter} {spanWords(row)}
      </span>
    </>
  );
  const shown = full ? <code className="break-all font-mono text-meta">{row.rule}</code> : words;
  return href ? (
    <Link href={href} className={cn('hover:underline', full && 'text-accent')}>
      {shown}
    </Link>
  ) : (
    shown
  );
}

export function RaisedTag({ row, className }: { row: LimitRow; className?: string }) {
  const now = useServerNow();
  const { timeZone } = useTimeZone();
  if (!row.raise) return null;
  const words = `${formatCount(row.ruleMax)}, raised to ${formatCount(row.raise.to)} until ${utcWords(row.raise.until, now, timeZone)} by ${row.raise.by}`;
  return (
    <Tooltip text={words}>
      <span
        tabIndex={0}
        className={cn('inline-flex items-center gap-1 rounded-full bg-accent-soft px-1.5 align-middle text-meta text-accent', className)}
      >
        <ArrowUpFromLine aria-hidden className="size-3" />
        raised<span className="sr-only">: {words}</span>
      </span>
    </Tooltip>
  );
}

export function Countdown({ row }: { row: LimitRow }) {
  const now = useServerNow();
  const { timeZone } = useTimeZone();
  if (now === 0) return <span className="num">–</span>;
  const at = utcWords(row.resetsAt, now, timeZone);
  return (
    <Tooltip text={row.align === 'sliding' ? `Slides; empty at ${at} without further calls` : `Resets ${at}`}>
      <time dateTime={row.resetsAt} tabIndex={0} className="num whitespace-nowrap rounded-sm">
        {leftWords(Date.parse(row.resetsAt) - now)}
      </time>
    </Tooltip>
  );
}

export function ForecastText({ row, long }: { row: LimitRow; long?: boolean }) {
  const now = useServerNow();
  const words = forecastWords(row, now);
  const look = row.forecast.kind === 'full' ? 'text-denied' : words.soon ? 'text-limited' : 'text-ink-3';
  if (long) return <span className={look}>{words.long}</span>;
  return (
    <Tooltip text={words.long}>
      <span className={look}>{words.short}</span>
    </Tooltip>
  );
}
