'use client';

import { type RefObject, useState } from 'react';
import type { ApprovalDetail } from '@/components/shared/api/wire';
import { FormError } from '@/components/shared/form-error';
import { useRefusal } from '@/components/shared/permission';
import { Time } from '@/components/shared/time-text';
import { InertText } from '@/components/shared/unverified-text';
import { Button } from '@/components/ui/button';
import { Field } from '@/components/ui/field';
import { Textarea } from '@/components/ui/input';
import { Panel } from '@/components/ui/panel';
import { COMMENT_CHARACTERS_MAX, COMMENTS_MAX } from '@/lib/domain/approval/teamwork-terms';
import { useAct } from './use-teamwork';

interface DiscussionProps {
  approval: ApprovalDetail;
  /** Somebody is about to ask. */
  open: boolean;
  text: RefObject<HTMLTextAreaElement | null>;
  onDone: () => void;
}

/** Questions and answers about a request, for everybody who may see it. Nothing that is written here decides anything. */
export function Discussion({ approval, open, text, onDone }: DiscussionProps) {
  const decides = useRefusal('approval.decide') === null;
  const { thread, owns } = approval;
  const mayWrite = approval.status === 'pending' && (owns || decides) && thread.length < COMMENTS_MAX;
  const writes = mayWrite && (open || thread.length > 0 || owns);
  if (thread.length === 0 && !writes) return null;
  return (
    <Panel title="Questions and answers" meta="seen by everybody who may see the request">
      <div className="flex flex-col gap-4">
        {thread.length === 0 ? null : (
          <ol className="flex flex-col gap-3" aria-label="Questions and answers">
            {thread.map((comment) => (
              <li key={comment.id} className="flex flex-col gap-0.5">
                <p className="flex flex-wrap items-baseline gap-x-2 text-meta text-ink-3">
                  <span className="font-medium text-base text-ink">
                    <InertText text={comment.by} max={120} />
                  </span>
                  {comment.byOwner ? <span>owner of the agent</span> : null}
                  {comment.kind === 'key' ? <span>management key</span> : null}
                  <Time at={comment.at} />
                </p>
                <p className="whitespace-pre-wrap break-words text-base text-ink">
                  <InertText text={comment.text} />
                </p>
              </li>
            ))}
          </ol>
        )}
        {writes ? <Write approval={approval} text={text} onDone={onDone} /> : null}
      </div>
    </Panel>
  );
}

function Write({ approval, text, onDone }: Pick<DiscussionProps, 'approval' | 'text' | 'onDone'>) {
  const act = useAct(approval.id);
  const [words, setWords] = useState('');
  const { owns } = approval;
  const missing = words.trim() === '' ? 'Write something first.' : null;
  const send = () => {
    if (missing !== null || act.isPending) return;
    act.mutate(
      { verb: 'comments', body: { text: words } },
      {
        onSuccess: () => {
          setWords('');
          onDone();
        },
      },
    );
  };
  return (
    <form
      className="flex flex-col gap-2"
      onSubmit={(event) => {
        event.preventDefault();
        send();
      }}
      onKeyDown={(event) => {
        if (event.key !== 'Enter' || !(event.metaKey || event.ctrlKey)) return;
        event.preventDefault();
        send();
      }}
    >
      <Field
        label={owns ? 'Your answer' : 'Your question'}
        hint={
          owns
            ? 'You own the agent: you can answer, and others decide.'
            : `For ${approval.agent.owner}, who owns the agent, and others who decide.`
        }
      >
        <Textarea
          ref={text}
          maxLength={COMMENT_CHARACTERS_MAX}
          value={words}
          onChange={(event) => setWords(event.target.value)}
          onKeyDown={(event) => {
            if (event.key === 'Escape') event.currentTarget.blur();
          }}
        />
      </Field>
      <FormError error={act.error} />
      <div>
        <Button
          type="submit"
          size="sm"
          pending={act.isPending}
          disabledReason={missing}
          keys="⌘↵"
          label="Send to everybody who sees the request"
        >
          {owns ? 'Send answer' : 'Send question'}
        </Button>
      </div>
    </form>
  );
}
