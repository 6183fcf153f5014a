'use client';

import { useTheme } from 'next-themes';
import { useSyncExternalStore } from 'react';
import { setShortcutsEnabled, useShortcutsEnabled } from '@/components/shared/shortcuts';
import { useTimeZone } from '@/components/shared/time-zone';
import { Switch } from '@/components/ui/checkbox';
import { Field } from '@/components/ui/field';
import { Panel } from '@/components/ui/panel';
import { Select } from '@/components/ui/select';

const never = () => () => {};

/** Kept in this browser: how the console looks is nobody else's business. */
export function AppearanceSection() {
  const { theme, setTheme } = useTheme();
  const ready = useSyncExternalStore(
    never,
    () => true,
    () => false,
  );
  const zone = useTimeZone();
  const singleKeys = useShortcutsEnabled();
  return (
    <Panel className="max-w-[560px]" title="In this browser">
      <div className="flex flex-col gap-4">
        <Field label="Theme">
          <Select
            value={ready ? (theme ?? 'system') : 'system'}
            onChange={setTheme}
            options={[
              { value: 'system', label: 'As the system' },
              { value: 'light', label: 'Light' },
              { value: 'dark', label: 'Dark' },
            ]}
          />
        </Field>
        <Field label="Times" hint="Governs tables, charts, pickers and tooltips. Limit windows are always UTC.">
          <Select
            value={zone.choice}
            onChange={(value) => zone.setChoice(value === 'utc' ? 'utc' : 'local')}
            options={[
              { value: 'local', label: 'Local' },
              { value: 'utc', label: 'UTC' },
            ]}
          />
        </Field>
        <Switch
          checked={singleKeys}
          onChange={setShortcutsEnabled}
          label="Single-key shortcuts"
          hint="J, K, G A and the like. Chords with ⌘ or Ctrl always work."
        />
      </div>
    </Panel>
  );
}
