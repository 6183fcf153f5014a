'use client';

import { CircleCheck, CornerDownRight, EyeOff, Hand, type LucideIcon, OctagonMinus } from 'lucide-react';
import { RadioGroup } from 'radix-ui';
import { cn } from '@/components/ui/cn';
import type { ToolStateName } from '@/lib/policy/edit/tool-state';

const OPTIONS: Record<ToolStateName, { word: string; icon: LucideIcon; on: string }> = {
  inherit: { word: 'Inherit', icon: CornerDownRight, on: 'data-[state=checked]:bg-sunken data-[state=checked]:text-ink' },
  allow: { word: 'Allow', icon: CircleCheck, on: 'data-[state=checked]:bg-allowed-chip data-[state=checked]:text-allowed' },
  ask: { word: 'Ask', icon: Hand, on: 'data-[state=checked]:bg-ask-chip data-[state=checked]:text-ask' },
  deny: { word: 'Deny', icon: OctagonMinus, on: 'data-[state=checked]:bg-denied-chip data-[state=checked]:text-denied' },
  hide: { word: 'Hide', icon: EyeOff, on: 'data-[state=checked]:bg-hidden-chip data-[state=checked]:text-hidden' },
};

interface StateControlProps {
  value: ToolStateName | null;
  options: readonly ToolStateName[];
  disabled?: boolean;
  label?: string;
  onChange: (choice: ToolStateName) => void;
}

/** The named options of a state; arrow keys move, and what is said is never called "custom". */
export function StateControl({ value, options, disabled, label = 'State', onChange }: StateControlProps) {
  return (
    <RadioGroup.Root
      aria-label={label}
      value={value ?? ''}
      disabled={disabled}
      onValueChange={(next) => onChange(next as ToolStateName)}
      className="inline-flex max-w-full flex-wrap overflow-hidden rounded-control border border-control bg-surface"
    >
      {options.map((choice) => {
        const { word, icon: Icon, on } = OPTIONS[choice];
        return (
          <RadioGroup.Item
            key={choice}
            value={choice}
            className={cn(
              'flex h-7 items-center gap-1 border-line border-r px-1.5 xl:gap-1.5 xl:px-2.5 text-base text-ink-2 -outline-offset-2 last:border-r-0 hover:bg-hover disabled:opacity-60 data-[state=checked]:font-medium',
              on,
            )}
          >
            <Icon aria-hidden className="size-3.5" />
            {word}
          </RadioGroup.Item>
        );
      })}
    </RadioGroup.Root>
  );
}
