'use client';

import { ChevronUp } from 'lucide-react';
import { plural } from '@/components/shared/format';
import { Button } from '@/components/ui/button';
import { Menu, MenuItem } from '@/components/ui/menu';
import { RISK_LEVELS } from '@/lib/domain/risk';
import { setToolState } from '@/lib/policy/edit/set-tool-state';
import type { ToolStateName } from '@/lib/policy/edit/tool-state';
import { type Step, useBuilder } from './builder-context';
import { bulkApproval, bulkLimit, copyRules } from './bulk-edits';
import { type Row, ruleCount } from './rows';

const STATES: readonly (readonly [ToolStateName, string])[] = [
  ['inherit', 'Inherit (remove their rules)'],
  ['allow', 'Allow'],
  ['ask', 'Ask'],
  ['deny', 'Deny'],
  ['hide', 'Hide'],
];

/** What can be done with the ticked tools at once. Each is one step of undo. */
export function BulkBar({ rows, onDone }: { rows: readonly Row[]; onDone: () => void }) {
  const builder = useBuilder();
  const names = rows.map((row) => row.name);
  const affects = affected(rows);
  const run = (what: string, step: Step) => {
    if (builder.edit(step, { undo: `${what}: ${affects}` })) onDone();
  };
  const sources = builder.rows
    .filter(
      (row) =>
        row.block !== null && row.kind !== 'policy' && row.kind !== 'target' && ruleCount(row.block) > 0 && !names.includes(row.name),
    )
    .slice(0, 40);
  return (
    <div role="toolbar" aria-label="Ticked tools" className="flex flex-wrap items-center gap-1.5 border-line border-t bg-accent-soft p-2">
      <span role="status" className="w-full text-meta text-ink-2">
        affects {affects}
      </span>
      <Menu align="start" side="top" trigger={<BarButton label="Set state" />}>
        {STATES.map(([choice, word]) => (
          <MenuItem key={choice} onSelect={() => run(word, (text) => setToolState(text, names, choice))}>
            {word}
          </MenuItem>
        ))}
      </Menu>
      <Menu align="start" side="top" trigger={<BarButton label="Add" />}>
        <MenuItem onSelect={() => run('Limit added', bulkLimit(rows, 'each'))}>
          A limit of 100 a day for each
          <span className="block max-w-64 text-meta text-ink-3">Every tool has a counter of its own</span>
        </MenuItem>
        <MenuItem onSelect={() => run('Limit added', bulkLimit(rows, 'shared'))}>
          A limit of 100 a day for all together
          <span className="block max-w-64 text-meta text-ink-3">They share one counter</span>
        </MenuItem>
        <MenuItem onSelect={() => run('Approval added', bulkApproval(rows))}>An approval</MenuItem>
      </Menu>
      <Menu align="start" side="top" trigger={<BarButton label="Copy rules from" />}>
        {sources.length === 0 ? (
          <MenuItem disabledReason="No other row has rules" onSelect={() => {}}>
            Nothing to copy
          </MenuItem>
        ) : null}
        {sources.map((source) => (
          <MenuItem key={source.id} onSelect={() => run(`Rules of ${source.name} copied`, copyRules(builder.valid.root, source, rows))}>
            <span className="font-mono">{source.name}</span>
            <span className="block text-meta text-ink-3">{plural(ruleCount(source.block), 'rule')}</span>
          </MenuItem>
        ))}
      </Menu>
      <Button size="sm" variant="ghost" className="ml-auto" onClick={onDone}>
        Done
      </Button>
    </div>
  );
}

function BarButton({ label, ...rest }: { label: string }) {
  return (
    <Button size="sm" {...rest}>
      {label}
      <ChevronUp aria-hidden className="size-3.5" />
    </Button>
  );
}

/** `23 tools, 3 critical, 6 high`. */
function affected(rows: readonly Row[]): string {
  const counts = RISK_LEVELS.toReversed().map((risk) => [rows.filter((row) => row.risk === risk).length, risk] as const);
  return [
    plural(rows.length, 'tool'),
    ...counts.filter(([count, risk]) => count > 0 && (risk === 'critical' || risk === 'high')).map(([count, risk]) => `${count} ${risk}`),
  ].join(', ');
}
