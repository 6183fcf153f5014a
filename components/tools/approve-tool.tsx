'use client';

import { useState } from 'react';
import type { Tool } from '@/components/shared/api/wire';
import { MonacoDiff } from '@/components/shared/monaco/monaco-editor';
import { useRefusal } from '@/components/shared/permission';
import { Button } from '@/components/ui/button';
import { ConfirmDialog } from '@/components/ui/confirm-dialog';
import { toast } from '@/components/ui/toaster';
import { useUpdateTool } from './update-tool';

/** Approving opens access, so it shows what is approved first and is bound to the digest that was looked at. */
export function ApproveTool({ tool }: { tool: Tool }) {
  const [open, setOpen] = useState(false);
  const refusal = useRefusal('tool.classify');
  const update = useUpdateTool(tool);
  const changed = tool.status === 'quarantined';
  const action = changed ? 'Approve new definition' : 'Approve tool';
  const approve = () =>
    update.mutate(
      { status: 'active', digest: tool.change?.digest ?? tool.digest },
      {
        onSuccess: () => {
          setOpen(false);
          toast.success(`${tool.name} approved`);
        },
      },
    );
  return (
    <div className="rounded-panel border border-limited bg-limited-chip/60 px-4 py-3">
      <p className="font-medium text-limited">{changed ? 'The server changed this definition' : 'This tool is new'}</p>
      <p className="mt-0.5 text-ink-2">
        {changed
          ? 'It is neither listed nor callable until someone looks at the change.'
          : 'It is neither listed nor callable until someone approves it.'}
      </p>
      <Button className="mt-2" size="sm" disabledReason={refusal} onClick={() => setOpen(true)}>
        {changed ? 'Review change' : 'Review and approve'}
      </Button>
      <ConfirmDialog
        open={open}
        onOpenChange={setOpen}
        tier="T1"
        action={action}
        pending={update.isPending}
        error={update.error?.message}
        consequences={[
          'Agents whose policy allows it can call it from then on.',
          tool.findings.some((finding) => finding.severity === 'high')
            ? 'Its definition has high-severity findings: read the description as an attack before you approve it.'
            : 'The digest you approve is the one shown here; another definition is refused.',
        ]}
        onConfirm={approve}
      >
        {open && tool.change ? (
          <MonacoDiff
            label="Change of the definition"
            before={pretty(tool.change.approved)}
            after={pretty(tool.change.announced)}
            height={340}
          />
        ) : null}
      </ConfirmDialog>
    </div>
  );
}

const pretty = (value: unknown) => JSON.stringify(value, null, 2);
