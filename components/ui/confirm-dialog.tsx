'use client';

import { type ReactNode, useState } from 'react';
import { Button } from './button';
import { Dialog } from './dialog';
import { Field } from './field';
import { Input, Textarea } from './input';

/** T1 recoverable, T2 changes enforcement (a comment is required), T3 irreversible or opening wide (type the name too). */
export type ConfirmTier = 'T1' | 'T2' | 'T3';

interface ConfirmProps {
  open: boolean;
  onOpenChange: (open: boolean) => void;
  tier: ConfirmTier;
  /** Verb and object; the button repeats it. */
  action: string;
  consequences: readonly ReactNode[];
  /** What has to be typed in T3. */
  name?: string;
  destructive?: boolean;
  /** What the children still miss, in words for the disabled button. */
  missing?: string | null;
  pending?: boolean;
  error?: string | null;
  commentLabel?: string;
  /** What the comment starts with, where a good one is known. */
  initialComment?: string;
  onConfirm: (comment: string) => void;
  children?: ReactNode;
}

export function ConfirmDialog({ open, onOpenChange, ...rest }: ConfirmProps) {
  return open ? <Body open={open} onOpenChange={onOpenChange} {...rest} /> : null;
}

function Body({
  open,
  onOpenChange,
  tier,
  action,
  consequences,
  name,
  destructive,
  missing: missingInChildren = null,
  pending,
  error,
  commentLabel = 'Reason',
  initialComment = '',
  onConfirm,
  children,
}: ConfirmProps) {
  const [comment, setComment] = useState(initialComment);
  const [typed, setTyped] = useState('');
  const missing =
    tier === 'T3' && name && typed !== name
      ? `Type ${name} to go on`
      : tier !== 'T1' && comment.trim() === ''
        ? `${commentLabel} is required`
        : missingInChildren;
  return (
    <Dialog
      open={open}
      onOpenChange={onOpenChange}
      title={`${action}?`}
      width={children ? 'lg' : 'sm'}
      footer={
        <>
          <Button onClick={() => onOpenChange(false)}>Cancel</Button>
          <Button
            variant={destructive ? 'danger' : 'primary'}
            pending={pending}
            disabledReason={missing}
            onClick={() => onConfirm(comment.trim())}
          >
            {action}
          </Button>
        </>
      }
    >
      <div className="flex flex-col gap-4">
        {consequences.length > 0 ? (
          <ul className="flex list-disc flex-col gap-1 pl-4 text-read text-ink-2 marker:text-ink-3">
            {consequences.map((line, index) => (
              <li key={index}>{line}</li>
            ))}
          </ul>
        ) : null}
        {children}
        {tier === 'T1' ? null : (
          <Field label={commentLabel}>
            <Textarea value={comment} onChange={(event) => setComment(event.target.value)} rows={2} />
          </Field>
        )}
        {tier === 'T3' && name ? (
          <Field
            label={
              <>
                Type <code className="font-mono">{name}</code> to confirm
              </>
            }
          >
            <Input value={typed} onChange={(event) => setTyped(event.target.value)} className="font-mono" />
          </Field>
        ) : null}
        {error ? (
          <p role="alert" className="text-base text-denied">
            {error}
          </p>
        ) : null}
      </div>
    </Dialog>
  );
}
