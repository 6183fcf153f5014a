'use client';

import { Check } from 'lucide-react';
import { DropdownMenu as Radix } from 'radix-ui';
import type { ReactNode } from 'react';
import { cn } from './cn';

interface MenuProps {
  trigger: ReactNode;
  children: ReactNode;
  align?: 'start' | 'end';
  side?: 'top' | 'bottom';
}

export function Menu({ trigger, children, align = 'end', side = 'bottom' }: MenuProps) {
  return (
    <Radix.Root>
      <Radix.Trigger asChild>{trigger}</Radix.Trigger>
      <Radix.Portal>
        <Radix.Content
          align={align}
          side={side}
          sideOffset={6}
          collisionPadding={8}
          className="z-50 min-w-48 animate-enter rounded-panel border border-line bg-raised p-1 shadow-overlay"
        >
          {children}
        </Radix.Content>
      </Radix.Portal>
    </Radix.Root>
  );
}

const itemLooks =
  'flex cursor-default items-center gap-2 rounded-[5px] px-2 py-1.5 text-base text-ink outline-none select-none data-disabled:text-ink-3 data-highlighted:bg-selected';

interface MenuItemProps {
  icon?: ReactNode;
  children: ReactNode;
  onSelect: () => void;
  destructive?: boolean;
  disabledReason?: string | null;
}

export function MenuItem({ icon, children, onSelect, destructive, disabledReason }: MenuItemProps) {
  return (
    <Radix.Item disabled={Boolean(disabledReason)} onSelect={onSelect} className={cn(itemLooks, destructive && 'text-denied')}>
      {icon ? (
        <span aria-hidden className="flex size-4 items-center justify-center text-ink-3 [&>svg]:size-4">
          {icon}
        </span>
      ) : null}
      <span className="min-w-0">
        {children}
        {disabledReason ? <span className="block max-w-56 text-meta">{disabledReason}</span> : null}
      </span>
    </Radix.Item>
  );
}

interface ChoiceProps {
  label: string;
  value: string;
  onChange: (value: string) => void;
  options: readonly { value: string; label: string }[];
}

export function MenuChoice({ label, value, onChange, options }: ChoiceProps) {
  return (
    <>
      <Radix.Label className="px-2 pt-1.5 pb-1 text-meta font-medium text-ink-3">{label}</Radix.Label>
      <Radix.RadioGroup value={value} onValueChange={onChange}>
        {options.map((option) => (
          <Radix.RadioItem key={option.value} value={option.value} className={itemLooks}>
            <span className="flex size-4 items-center justify-center">
              <Radix.ItemIndicator>
                <Check aria-hidden className="size-3.5 text-accent" />
              </Radix.ItemIndicator>
            </span>
            {option.label}
          </Radix.RadioItem>
        ))}
      </Radix.RadioGroup>
    </>
  );
}

export function MenuRule() {
  return <Radix.Separator className="my-1 h-px bg-line" />;
}
