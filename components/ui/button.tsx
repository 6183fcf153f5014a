'use client';

import { cva, type VariantProps } from 'class-variance-authority';
import { LoaderCircle } from 'lucide-react';
import Link from 'next/link';
import type { ComponentProps, ReactNode } from 'react';
import { cn } from './cn';
import { Tooltip } from './tooltip';

const looks = cva(
  'inline-flex shrink-0 select-none items-center justify-center gap-2 whitespace-nowrap rounded-control border text-base font-medium transition-colors duration-100 aria-disabled:opacity-55 disabled:opacity-55',
  {
    variants: {
      variant: {
        primary: 'border-transparent bg-accent text-accent-ink hover:bg-[color-mix(in_srgb,var(--accent)_88%,var(--ink))]',
        outline: 'border-control bg-surface text-ink hover:bg-hover',
        quiet: 'border-line bg-surface text-ink-2 hover:bg-hover hover:text-ink',
        ghost: 'border-transparent bg-transparent text-ink-2 hover:bg-hover hover:text-ink',
        danger: 'border-transparent bg-danger text-danger-ink hover:bg-[color-mix(in_srgb,var(--danger)_88%,#000)]',
        link: 'border-transparent bg-transparent px-0 text-accent underline-offset-2 hover:underline',
      },
      size: { md: 'h-8 px-3', sm: 'h-7 px-2.5', icon: 'size-7 p-0', iconMd: 'size-8 p-0' },
    },
    compoundVariants: [{ variant: 'link', class: 'h-auto px-0' }],
    defaultVariants: { variant: 'outline', size: 'md' },
  },
);

export interface ButtonLooks extends VariantProps<typeof looks> {}

interface ButtonProps extends ComponentProps<'button'>, ButtonLooks {
  pending?: boolean;
  /** Shown on hover and focus; the button stays focusable so that the reason can be read without a mouse. */
  disabledReason?: string | null;
  /** Tooltip; also the name of a button that only has an icon, while visible words stay the name of others. */
  label?: string;
  keys?: string;
}

/** Labels are verb and object; one primary per view. */
export function Button({
  variant,
  size,
  pending,
  disabledReason,
  label,
  keys,
  className,
  children,
  onClick,
  type = 'button',
  disabled,
  ...rest
}: ButtonProps) {
  const refused = Boolean(disabledReason) || pending;
  const button = (
    <button
      type={type}
      aria-disabled={refused || undefined}
      aria-busy={pending || undefined}
      aria-label={size === 'icon' || size === 'iconMd' ? label : undefined}
      disabled={disabled}
      onClick={refused ? (event) => event.preventDefault() : onClick}
      className={cn(looks({ variant, size }), className)}
      {...rest}
    >
      {pending ? <LoaderCircle aria-hidden className="size-4 animate-spin" /> : null}
      {pending && (size === 'icon' || size === 'iconMd') ? null : children}
    </button>
  );
  const hint = disabledReason || label;
  return hint ? (
    <Tooltip text={hint} keys={disabledReason ? undefined : keys}>
      {button}
    </Tooltip>
  ) : (
    button
  );
}

interface LinkButtonProps extends ComponentProps<typeof Link>, ButtonLooks {
  children: ReactNode;
}

export function LinkButton({ variant, size, className, ...rest }: LinkButtonProps) {
  return <Link className={cn(looks({ variant, size }), className)} {...rest} />;
}
