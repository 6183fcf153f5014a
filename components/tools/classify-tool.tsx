'use client';

import { useState } from 'react';
import { fieldError } from '@/components/shared/api/client';
import type { Tool } from '@/components/shared/api/wire';
import { FormError } from '@/components/shared/form-error';
import { useRefusal } from '@/components/shared/permission';
import { Button } from '@/components/ui/button';
import { Dialog } from '@/components/ui/dialog';
import { Field } from '@/components/ui/field';
import { Textarea } from '@/components/ui/input';
import { Select } from '@/components/ui/select';
import { toast } from '@/components/ui/toaster';
import { CATEGORIES, type Category, RISK_LEVELS, type RiskLevel } from '@/lib/domain/risk';
import { useUpdateTool } from './update-tool';

const word = (text: string) => text.charAt(0).toUpperCase() + text.slice(1);

/** A person's classification with its reason; it survives a sync, and can be taken back. */
export function ClassifyTool({ tool }: { tool: Tool }) {
  const [open, setOpen] = useState(false);
  const refusal = useRefusal('tool.classify');
  const reset = useUpdateTool(tool);
  return (
    <div className="mt-3 flex flex-wrap gap-2">
      <Button size="sm" disabledReason={refusal} onClick={() => setOpen(true)}>
        Change classification
      </Button>
      {tool.manual ? (
        <Button
          size="sm"
          variant="ghost"
          disabledReason={refusal}
          pending={reset.isPending}
          onClick={() =>
            reset.mutate(
              { category: null, risk: null, reason: 'Back to the classifier' },
              { onError: (error) => toast.error('Not changed', { description: error.message }) },
            )
          }
        >
          Use classifier again
        </Button>
      ) : null}
      {open ? <ClassifyDialog tool={tool} onClose={() => setOpen(false)} /> : null}
    </div>
  );
}

function ClassifyDialog({ tool, onClose }: { tool: Tool; onClose: () => void }) {
  const [category, setCategory] = useState<Category>(tool.category);
  const [risk, setRisk] = useState<RiskLevel>(tool.risk);
  const [reason, setReason] = useState('');
  const update = useUpdateTool(tool);
  const lower = RISK_LEVELS.indexOf(risk) < RISK_LEVELS.indexOf(tool.classifier.risk);
  const save = () =>
    update.mutate(
      { category, risk, reason },
      {
        onSuccess: () => {
          onClose();
          toast.success(`${tool.name} is ${risk} risk now`);
        },
      },
    );
  return (
    <Dialog
      open
      onOpenChange={onClose}
      dismissable={reason === ''}
      title="Change classification"
      description={`${tool.server} / ${tool.name}`}
      width="sm"
      footer={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button
            variant="primary"
            pending={update.isPending}
            disabledReason={reason.trim() ? null : 'A reason is required'}
            onClick={save}
          >
            Save classification
          </Button>
        </>
      }
    >
      <div className="flex flex-col gap-4">
        <div className="grid grid-cols-2 gap-3">
          <Field label="Category">
            <Select
              value={category}
              onChange={(value) => setCategory(value as Category)}
              options={CATEGORIES.map((value) => ({ value, label: word(value) }))}
            />
          </Field>
          <Field label="Risk">
            <Select
              value={risk}
              onChange={(value) => setRisk(value as RiskLevel)}
              options={RISK_LEVELS.map((value) => ({ value, label: word(value) }))}
            />
          </Field>
        </div>
        {lower ? (
          <p className="rounded-control bg-limited-chip px-3 py-2 text-limited">
            This is below what the classifier says ({tool.classifier.risk}). Policies that refer to risk classes will let more through.
          </p>
        ) : null}
        <Field label="Reason" hint="Kept with the classification and in the change log." error={fieldError(update.error, 'reason')}>
          <Textarea rows={2} value={reason} onChange={(event) => setReason(event.target.value)} />
        </Field>
        <FormError error={update.error} shownFields={['reason']} />
      </div>
    </Dialog>
  );
}
