'use client';

import { useTheme } from 'next-themes';
import { Toaster as Sonner, toast } from 'sonner';

export function Toaster() {
  const { resolvedTheme } = useTheme();
  return (
    <Sonner
      theme={resolvedTheme === 'dark' ? 'dark' : 'light'}
      position="bottom-right"
      gap={8}
      toastOptions={{
        unstyled: true,
        classNames: {
          toast:
            'flex w-[min(380px,calc(100vw-32px))] items-start gap-2.5 rounded-panel border border-line bg-raised px-3.5 py-3 text-base text-ink shadow-overlay font-sans',
          title: 'font-medium',
          description: 'mt-0.5 text-meta text-ink-2 break-words',
          icon: 'mt-0.5 shrink-0',
          content: 'min-w-0 flex-1',
          actionButton: 'ml-auto shrink-0 rounded-control border border-control px-2 text-meta font-medium text-ink h-7 hover:bg-hover',
          success: '[&_[data-icon]]:text-allowed',
          error: '[&_[data-icon]]:text-denied',
        },
      }}
    />
  );
}

/** T0: the thing is done; for 8 s it can be taken back (the time stands still on hover and focus). */
export function undoToast(done: string, undo: () => void): void {
  toast(done, { duration: 8000, action: { label: 'Undo', onClick: undo } });
}

export { toast };
