'use client';

import type { ComponentProps } from 'react';
import { cn } from './cn';
import { useFieldBinding } from './field';

const base =
  'w-full min-w-0 rounded-control border border-control bg-surface text-base text-ink transition-colors duration-100 hover:border-ink-3 focus:outline-2 focus:outline-offset-0 focus:outline-accent disabled:bg-sunken disabled:text-ink-3 read-only:bg-sunken aria-invalid:border-denied';

export function Input({ className, ...rest }: ComponentProps<'input'>) {
  return <input {...useFieldBinding()} autoComplete="off" spellCheck={false} className={cn(base, 'h-8 px-2.5', className)} {...rest} />;
}

export function Textarea({ className, ...rest }: ComponentProps<'textarea'>) {
  return (
    <textarea {...useFieldBinding()} spellCheck={false} className={cn(base, 'min-h-16 resize-y px-2.5 py-1.5', className)} {...rest} />
  );
}
