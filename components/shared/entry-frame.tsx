import type { ReactNode } from 'react';
import { BrandMark } from './brand-mark';

/** The frame of pages without the shell: sign-in and set-up. */
export function EntryFrame({ title, lead, children, foot }: { title: string; lead?: ReactNode; children: ReactNode; foot?: ReactNode }) {
  return (
    <main className="flex min-h-dvh flex-col items-center px-4 pt-[12vh] pb-10">
      <div className="flex w-full max-w-[400px] flex-col gap-5">
        <div className="flex items-center gap-2.5 text-section font-semibold tracking-[-0.01em]">
          <BrandMark className="size-7" />
          Callgate
        </div>
        <div className="rounded-panel border border-line bg-surface p-6">
          <h1 className="text-title font-semibold tracking-[-0.01em]">{title}</h1>
          {lead ? <div className="mt-1 text-read text-ink-2">{lead}</div> : null}
          <div className="mt-5">{children}</div>
        </div>
        {foot ? <div className="text-meta text-ink-3">{foot}</div> : null}
      </div>
    </main>
  );
}
