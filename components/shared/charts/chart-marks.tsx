'use client';

import { Flag } from 'lucide-react';
import Link from 'next/link';
import { Popover } from '@/components/ui/popover';
import { Tooltip } from '@/components/ui/tooltip';
import { InertText } from '../unverified-text';

/** Something that happened at a moment and has a page of its own. */
export interface ChartMark {
  readonly atMs: number;
  readonly label: string;
  readonly href: string;
}

interface ChartMarksProps {
  marks: readonly ChartMark[];
  /** The bars that the marks are over, in the order of time; each as wide as the others, however long it is. */
  bars: readonly { readonly at: number; readonly to: number }[];
  /** Pixels left of and below the bars. */
  axis: { left: number; bottom: number };
}

/** As many places as fit side by side with room for a finger on a wide screen; marks of one place are one mark. */
const PLACES = 32;
const LOOK =
  'pointer-events-auto absolute top-0 left-0 flex size-6 -translate-x-1/2 items-center justify-center rounded-sm text-meta font-medium text-accent hover:bg-hover';

/** Vertical markers over a chart of time, in the order of time for keys as well. */
export function ChartMarks({ marks, bars, axis }: ChartMarksProps) {
  const places = new Map<number, ChartMark[]>();
  for (const mark of marks.toSorted((a, b) => a.atMs - b.atMs)) {
    const share = shareAt(mark.atMs, bars);
    if (share === null) continue;
    const place = Math.floor(share * PLACES);
    places.set(place, [...(places.get(place) ?? []), mark]);
  }
  return (
    <ul
      aria-label="Policies published"
      className="pointer-events-none absolute inset-y-0 right-0"
      style={{ left: axis.left, bottom: axis.bottom }}
    >
      {[...places.values()].map((group) => (
        <li key={group[0]?.href} className="absolute inset-y-0" style={{ left: `${(shareAt(group[0]?.atMs ?? 0, bars) ?? 0) * 100}%` }}>
          <span aria-hidden className="absolute top-6 bottom-0 left-0 border-accent border-l border-dashed opacity-70" />
          <Mark group={group} />
        </li>
      ))}
    </ul>
  );
}

/** How far from the left a time is, 0 to 1; null where no bar is of it. */
function shareAt(atMs: number, bars: ChartMarksProps['bars']): number | null {
  const index = bars.findIndex(({ at, to }) => atMs >= at && atMs < to);
  const bar = bars[index];
  return bar === undefined ? null : (index + (atMs - bar.at) / (bar.to - bar.at)) / bars.length;
}

function Mark({ group }: { group: readonly ChartMark[] }) {
  const [first] = group;
  if (!first) return null;
  if (group.length === 1)
    return (
      <Tooltip text={<InertText text={first.label} max={300} />}>
        <Link href={first.href} prefetch={false} aria-label={first.label} className={LOOK}>
          <Flag aria-hidden className="size-3.5" />
        </Link>
      </Tooltip>
    );
  return (
    <Popover
      label="Policies published"
      className="max-h-80 overflow-y-auto p-2"
      trigger={
        <button type="button" aria-label={`${group.length} policies published`} className={`num ${LOOK}`}>
          {group.length}
        </button>
      }
    >
      <ul>
        {group.map((mark) => (
          <li key={mark.href}>
            <Link href={mark.href} prefetch={false} className="block rounded-sm px-2 py-1 hover:bg-hover">
              <InertText text={mark.label} max={300} />
            </Link>
          </li>
        ))}
      </ul>
    </Popover>
  );
}
