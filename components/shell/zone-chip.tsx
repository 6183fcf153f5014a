'use client';

import { Globe } from 'lucide-react';
import { useTimeZone, ZONE_CHOICES, zoneChoiceOf } from '@/components/shared/time-zone';
import { zoneChoiceWords } from '@/components/shared/zone-words';
import { Button } from '@/components/ui/button';
import { Menu, MenuChoice } from '@/components/ui/menu';

/** Whose clock all times of the console are by. */
export function ZoneChip() {
  const { choice, setChoice, names, offsetAt } = useTimeZone();
  const offset = offsetAt(Date.now());
  const words = { local: `Local (${offset})`, utc: 'UTC', workspace: names.workspace }[choice];
  return (
    <Menu
      trigger={
        <Button variant="ghost" size="sm" className="px-1.5 text-meta" aria-label={`Time zone: ${words}`}>
          <Globe aria-hidden className="size-3.5" />
          <span className="hidden max-w-44 truncate sm:inline xl:max-w-72">{words}</span>
        </Button>
      }
    >
      <MenuChoice
        label="Times everywhere"
        value={choice}
        onChange={(value) => setChoice(zoneChoiceOf(value))}
        options={ZONE_CHOICES.map((value) => ({ value, label: zoneChoiceWords(value, names) }))}
      />
    </Menu>
  );
}
