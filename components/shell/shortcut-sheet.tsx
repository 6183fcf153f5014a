'use client';

import { setShortcutsEnabled, useShortcutsEnabled } from '@/components/shared/shortcuts';
import { Switch } from '@/components/ui/checkbox';
import { Dialog } from '@/components/ui/dialog';
import { Kbd } from '@/components/ui/kbd';
import { NAV_ITEMS } from './nav';

const GROUPS: readonly { title: string; keys: readonly (readonly [string, string])[] }[] = [
  {
    title: 'Anywhere',
    keys: [
      ['⌘K', 'Search, go to, act'],
      ['?', 'This sheet'],
      ['/', 'Search in the list'],
      ['Esc', 'Close one layer'],
    ],
  },
  {
    title: 'Lists',
    keys: [
      ['J', 'Next row'],
      ['K', 'Previous row'],
      ['Enter', 'Open details, then the page'],
      ['C', 'Copy the id of the row'],
      ['E', 'Export, in Activity'],
    ],
  },
  {
    title: 'Approvals',
    keys: [
      ['D', 'Deny, with a reason'],
      ['1–4', 'Choose a reason for it'],
      ['A', 'Approve, after another look'],
      ['⌘↵', 'Send what was chosen or written'],
      ['R', 'Ask a question, or answer'],
      ['H', 'Ask somebody else'],
      ['E', 'Extend by 5 minutes'],
      ['S', 'Snooze, for you alone'],
      ['C', 'Copy the id'],
      ['L', 'Copy the link'],
    ],
  },
  {
    title: 'Policy editor',
    keys: [
      ['⌘S', 'Save draft'],
      ['⌘↵', 'Review and publish'],
      ['Ctrl M', 'Tab leaves the editor (⌃⇧M on macOS)'],
      ['F8', 'Next problem'],
    ],
  },
];

/** What it says is what the code binds; single keys can be switched off here. */
export function ShortcutSheet({ open, onOpenChange }: { open: boolean; onOpenChange: (open: boolean) => void }) {
  const enabled = useShortcutsEnabled();
  const go = { title: 'Go to: G, then', keys: NAV_ITEMS.map((item) => [item.key.toUpperCase(), item.label] as const) };
  return (
    <Dialog open={open} onOpenChange={onOpenChange} title="Keyboard shortcuts">
      <div className="grid gap-x-10 gap-y-5 sm:grid-cols-2">
        {[GROUPS[0], go, GROUPS[1], GROUPS[2], GROUPS[3]].map((group) =>
          group ? (
            <section key={group.title}>
              <h3 className="mb-1.5 text-meta font-medium text-ink-3">{group.title}</h3>
              <dl className="flex flex-col gap-1">
                {group.keys.map(([keys, words]) => (
                  <div key={words} className="flex items-center justify-between gap-4">
                    <dt className="text-ink-2">{words}</dt>
                    <dd>
                      <Kbd keys={keys} />
                    </dd>
                  </div>
                ))}
              </dl>
            </section>
          ) : null,
        )}
      </div>
      <div className="mt-5 border-line border-t pt-4">
        <Switch
          checked={enabled}
          onChange={setShortcutsEnabled}
          label="Single-key shortcuts"
          hint="Off: only chords with ⌘ or Ctrl work, and keys inside a focused list row."
        />
      </div>
    </Dialog>
  );
}
