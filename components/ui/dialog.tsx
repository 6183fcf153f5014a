'use client';

import { X } from 'lucide-react';
import { Dialog as Radix } from 'radix-ui';
import type { ReactNode } from 'react';
import { cn } from './cn';

const WIDTHS = { sm: 'max-w-[440px]', md: 'max-w-[600px]', lg: 'max-w-[860px]', xl: 'max-w-[1180px]' } as const;

interface DialogProps {
  open: boolean;
  /** Called with false when the person closes it, and never with true: what opens it is elsewhere. */
  onOpenChange: (open: boolean) => void;
  title: ReactNode;
  description?: ReactNode;
  width?: keyof typeof WIDTHS;
  footer?: ReactNode;
  /** false keeps the dialog open on outside clicks, for forms and secrets that would be lost. */
  dismissable?: boolean;
  children?: ReactNode;
}

export function Dialog({ open, onOpenChange, title, description, width = 'md', footer, dismissable = true, children }: DialogProps) {
  return (
    <Radix.Root open={open} onOpenChange={onOpenChange}>
      <Radix.Portal>
        <Radix.Overlay className="fixed inset-0 z-40 animate-enter bg-[rgb(13_15_19/0.45)]" />
        <Radix.Content
          {...(description ? {} : { 'aria-describedby': undefined })}
          onInteractOutside={(event) => {
            if (!dismissable) event.preventDefault();
          }}
          className={cn(
            'fixed top-[max(5vh,24px)] left-1/2 z-40 flex max-h-[90vh] w-[calc(100vw-24px)] -translate-x-1/2 flex-col rounded-panel border border-line bg-raised shadow-overlay outline-none',
            WIDTHS[width],
          )}
        >
          <header className="flex items-start gap-4 border-line border-b px-5 py-3.5">
            <div className="min-w-0 flex-1">
              <Radix.Title className="text-section font-semibold text-ink">{title}</Radix.Title>
              {description ? <Radix.Description className="mt-0.5 text-base text-ink-2">{description}</Radix.Description> : null}
            </div>
            <Radix.Close
              className="-mr-1.5 flex size-7 items-center justify-center rounded-control text-ink-3 hover:bg-hover hover:text-ink"
              aria-label="Close dialog"
            >
              <X aria-hidden className="size-4" />
            </Radix.Close>
          </header>
          <div className="min-h-0 flex-1 overflow-y-auto px-5 py-4">{children}</div>
          {footer ? (
            <footer className="flex flex-wrap items-center justify-end gap-2 border-line border-t px-5 py-3">{footer}</footer>
          ) : null}
        </Radix.Content>
      </Radix.Portal>
    </Radix.Root>
  );
}
