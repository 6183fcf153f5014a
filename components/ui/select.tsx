'use client';

import { Check, ChevronDown } from 'lucide-react';
import { Select as Radix } from 'radix-ui';
import type { ReactNode } from 'react';
import { cn } from './cn';
import { useFieldBinding } from './field';

export interface SelectOption {
  value: string;
  label: ReactNode;
  hint?: ReactNode;
  disabled?: boolean;
}

interface SelectProps {
  value: string | undefined;
  onChange: (value: string) => void;
  options: readonly SelectOption[];
  placeholder?: string;
  label?: string;
  size?: 'md' | 'sm';
  className?: string;
  disabled?: boolean;
}

export function Select({ value, onChange, options, placeholder = 'Choose', label, size = 'md', className, disabled }: SelectProps) {
  const chosen = options.find((option) => option.value === value);
  return (
    <Radix.Root value={value ?? ''} onValueChange={onChange} disabled={disabled}>
      <Radix.Trigger
        {...useFieldBinding()}
        aria-label={label}
        className={cn(
          'inline-flex min-w-0 items-center justify-between gap-2 rounded-control border border-control bg-surface px-2.5 text-base text-ink hover:bg-hover disabled:opacity-60 data-placeholder:text-ink-3',
          size === 'sm' ? 'h-7' : 'h-8',
          className,
        )}
      >
        <span className="min-w-0 truncate">
          <Radix.Value placeholder={placeholder}>{chosen?.label}</Radix.Value>
        </span>
        <Radix.Icon>
          <ChevronDown aria-hidden className="size-4 text-ink-3" />
        </Radix.Icon>
      </Radix.Trigger>
      <Radix.Portal>
        <Radix.Content
          position="popper"
          sideOffset={4}
          className="z-50 max-h-80 min-w-(--radix-select-trigger-width) max-w-[min(420px,90vw)] animate-enter overflow-hidden rounded-panel border border-line bg-raised p-1 shadow-overlay"
        >
          <Radix.Viewport>
            {options.map((option) => (
              <Radix.Item
                key={option.value}
                value={option.value}
                disabled={option.disabled}
                className="flex cursor-default items-start gap-2 rounded-[5px] px-2 py-1.5 text-base text-ink outline-none data-disabled:text-ink-3 data-highlighted:bg-selected"
              >
                <span className="flex size-4 shrink-0 items-center justify-center pt-1">
                  <Radix.ItemIndicator>
                    <Check aria-hidden className="size-3.5 text-accent" />
                  </Radix.ItemIndicator>
                </span>
                <span className="min-w-0">
                  <Radix.ItemText>{option.label}</Radix.ItemText>
                  {option.hint ? <span className="block text-meta text-ink-3">{option.hint}</span> : null}
                </span>
              </Radix.Item>
            ))}
          </Radix.Viewport>
        </Radix.Content>
      </Radix.Portal>
    </Radix.Root>
  );
}
