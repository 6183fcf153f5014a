'use client';

import { Tabs as Radix } from 'radix-ui';
import { type ReactNode, useEffect, useRef } from 'react';

export interface TabItem {
  value: string;
  label: ReactNode;
  count?: number | null;
  content: ReactNode;
}

/** The open tab belongs into the URL: give `value` from useUrlState. A value that no tab has opens the first. */
export function Tabs({
  value: asked,
  onChange,
  items,
  label,
}: {
  value: string;
  onChange: (value: string) => void;
  items: readonly TabItem[];
  label: string;
}) {
  const value = items.some((item) => item.value === asked) ? asked : (items[0]?.value ?? asked);
  const list = useRef<HTMLDivElement>(null);
  // On a phone there are more tabs than fit, and the open one may be among those that do not.
  useEffect(() => {
    list.current?.querySelector(`[data-value="${CSS.escape(value)}"]`)?.scrollIntoView({ block: 'nearest', inline: 'nearest' });
  }, [value]);
  return (
    <Radix.Root value={value} onValueChange={onChange} className="flex min-w-0 flex-col gap-4">
      <Radix.List ref={list} aria-label={label} className="flex shrink-0 gap-3 overflow-x-auto border-line border-b [scrollbar-width:none]">
        {items.map((item) => (
          <Radix.Trigger
            key={item.value}
            value={item.value}
            data-value={item.value}
            className="-mb-px flex h-9 shrink-0 items-center gap-1.5 border-transparent px-1 border-b-2 text-base font-medium text-ink-2 -outline-offset-2 hover:text-ink data-[state=active]:border-accent data-[state=active]:text-ink"
          >
            {item.label}
            {item.count != null ? <span className="num rounded-full bg-sunken px-1.5 text-meta text-ink-2">{item.count}</span> : null}
          </Radix.Trigger>
        ))}
      </Radix.List>
      {items.map((item) => (
        <Radix.Content key={item.value} value={item.value} className="min-w-0 outline-none focus-visible:outline-2">
          {item.content}
        </Radix.Content>
      ))}
    </Radix.Root>
  );
}
