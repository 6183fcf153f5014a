'use client';

import { useTheme } from 'next-themes';
import { useSyncExternalStore } from 'react';
import { setShortcutsEnabled, useShortcutsEnabled } from '@/components/shared/shortcuts';
import { useTimeZone, ZONE_CHOICES, zoneChoiceOf } from '@/components/shared/time-zone';
import { zoneChoiceWords } from '@/components/shared/zone-words';
import { Switch } from '@/components/ui/checkbox';
import { Field } from '@/components/ui/field';
import { Panel } from '@/components/ui/panel';
import { Select } from '@/components/ui/select';
import { WorkspacePanel } from './workspace-panel';

const never = () => () => {};

/** Kept in this browser, for how the console looks is nobody else's business; beside it the one zone that all can share. */
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
    <div className="grid items-start gap-4 lg:grid-cols-2">
      <Panel title="In this browser">
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
              onChange={(value) => zone.setChoice(zoneChoiceOf(value))}
              options={ZONE_CHOICES.map((value) => ({ value, label: zoneChoiceWords(value, zone.names) }))}
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
      <WorkspacePanel />
    </div>
  );
}
