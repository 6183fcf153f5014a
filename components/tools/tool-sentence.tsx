'use client';

import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { api, fieldError } from '@/components/shared/api/client';
import type { ToolSentence as Answer, Tool } from '@/components/shared/api/wire';
import { FormError } from '@/components/shared/form-error';
import { useRefusal } from '@/components/shared/permission';
import { Loaded } from '@/components/shared/state-view';
import { Time } from '@/components/shared/time-text';
import { InertText } from '@/components/shared/unverified-text';
import { Button } from '@/components/ui/button';
import { Field } from '@/components/ui/field';
import { Input } from '@/components/ui/input';
import { toast } from '@/components/ui/toaster';
import { parseTemplate, TEMPLATE_CHARACTERS_MAX } from '@/lib/domain/approval/sentence-template';

const NAMED_MAX = 12;

/** How a call of the tool is told to approvers: words, and arguments in braces. Nothing of what is decided changes with it. */
export function ToolSentence({ tool }: { tool: Tool }) {
  const path = `/servers/${tool.server}/tools/${encodeURIComponent(tool.name)}/sentence`;
  const key = ['tool-sentence', tool.server, tool.name];
  const sentence = useQuery({ queryKey: key, queryFn: ({ signal }) => api<Answer>('GET', path, { signal }) });
  return (
    <Loaded query={sentence} what="The sentence">
      {(data) => <Editor key={data.template} data={data} path={path} queryKey={key} />}
    </Loaded>
  );
}

function Editor({ data, path, queryKey }: { data: Answer; path: string; queryKey: readonly string[] }) {
  const client = useQueryClient();
  const refusal = useRefusal('tool.classify');
  const [text, setText] = useState(data.template ?? '');
  const [problem, setProblem] = useState<string | null>(null);
  const save = useMutation({
    mutationFn: (template: string | null) => api<Answer>('PUT', path, { body: { template } }),
    onSuccess: (answer) => {
      client.setQueryData(queryKey, answer);
      toast.success(answer.template === null ? 'Calls are told by name again' : 'Calls are told by this sentence now');
    },
  });
  const wanted = text.trim() === '' ? null : text.trim();
  const submit = () => {
    if (refusal !== null || wanted === data.template) return;
    const parsed = wanted === null ? null : parseTemplate(wanted);
    if (parsed?.ok === false) setProblem(parsed.error);
    else save.mutate(wanted);
  };
  const unread = problem ?? fieldError(save.error, 'template');
  const names = data.arguments.slice(0, NAMED_MAX);
  return (
    <form
      className="flex flex-col gap-2"
      onSubmit={(event) => {
        event.preventDefault();
        submit();
      }}
    >
      <Field
        label="Sentence for approvers"
        hint="For example: Refund {amount} {currency} to {customer.id}. Empty: the tool’s name."
        error={unread}
      >
        <Input
          readOnly={refusal !== null}
          maxLength={TEMPLATE_CHARACTERS_MAX}
          value={text}
          onChange={(event) => {
            setText(event.target.value);
            setProblem(null);
            save.reset();
          }}
        />
      </Field>
      {names.length === 0 ? null : (
        <p className="break-words text-meta text-ink-3">
          Arguments:{' '}
          {names.map((name) => (
            <code key={name} className="mr-2 font-mono">
              <InertText text={`{${name}}`} max={60} />
            </code>
          ))}
          {data.arguments.length > names.length ? `and ${data.arguments.length - names.length} more` : ''}
        </p>
      )}
      {data.setAt === null ? null : (
        <p className="text-meta text-ink-3">
          Set by <InertText text={data.setBy ?? 'a person'} max={120} /> <Time at={data.setAt} />
        </p>
      )}
      {unread ? null : <FormError error={save.error} />}
      <div>
        <Button
          type="submit"
          size="sm"
          pending={save.isPending}
          disabledReason={refusal ?? (wanted === data.template ? 'Nothing has changed.' : null)}
        >
          Save sentence
        </Button>
      </div>
    </form>
  );
}
