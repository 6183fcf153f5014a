'use client';

import type { Tool } from '@/components/shared/api/wire';
import { Field } from '@/components/ui/field';
import { Input } from '@/components/ui/input';
import { Select } from '@/components/ui/select';
import { factsOfTarget, isTargetMethod } from '@/lib/domain/target-methods';
import { isJsonObject } from '@/lib/kernel/json';
import type { TriedCall } from '@/lib/policy/try-call';
import { exampleArguments } from '../example-arguments';

const METHODS = [
  { value: 'tools/call', label: 'Call a tool' },
  { value: 'resources/read', label: 'Read a resource' },
  { value: 'prompts/get', label: 'Get a prompt' },
  { value: 'sampling/createMessage', label: 'The server asks the model', hint: 'sampling' },
  { value: 'elicitation/create', label: 'The server asks the person', hint: 'elicitation' },
  { value: 'roots/list', label: 'The server asks for folders', hint: 'roots' },
];

interface TriedRequestProps {
  call: TriedCall;
  tools: readonly Tool[];
  onCall: (call: TriedCall) => void;
}

/** What is asked, and of which tool, resource or prompt. */
export function TriedRequest({ call, tools, onCall }: TriedRequestProps) {
  const change = (method: string) => {
    const { method: _, ...plain } = call;
    const start = { ...plain, tool: '', arguments: {}, counters: {} };
    onCall(isTargetMethod(method) ? { ...start, method, tool: factsOfTarget(method).ask ?? '' } : start);
  };
  return (
    <>
      <Field label="Request">
        <Select size="sm" value={call.method ?? 'tools/call'} onChange={change} options={METHODS} />
      </Field>
      {call.method === undefined ? (
        <ToolName call={call} tools={tools} onCall={onCall} />
      ) : call.method === 'resources/read' || call.method === 'prompts/get' ? (
        <Field label={call.method === 'prompts/get' ? 'Prompt' : 'Address'}>
          <Input
            className="font-mono"
            placeholder={call.method === 'prompts/get' ? 'The name of the prompt' : 'file:///docs/readme.md'}
            value={call.tool}
            onChange={(event) => onCall({ ...call, tool: event.target.value })}
          />
        </Field>
      ) : null}
    </>
  );
}

function ToolName({ call, tools, onCall }: TriedRequestProps) {
  const unknown = call.tool !== '' && !tools.some((one) => one.name === call.tool);
  return (
    <>
      <Field label="Tool" error={unknown ? 'This server has no such tool; it is tried all the same.' : null}>
        <Input
          list="tried-tools"
          className="font-mono"
          placeholder={tools.length === 0 ? 'This server has no tools yet' : 'Type or choose a tool'}
          value={call.tool}
          onChange={(event) => {
            const next = tools.find((one) => one.name === event.target.value);
            const start = next === undefined ? {} : exampleArguments(next.inputSchema);
            onCall({ ...call, tool: event.target.value, arguments: isJsonObject(start) ? start : {}, counters: {} });
          }}
        />
      </Field>
      <datalist id="tried-tools">
        {tools.map((one) => (
          <option key={one.id} value={one.name}>{`${one.category}, ${one.risk} risk`}</option>
        ))}
      </datalist>
    </>
  );
}
