import { cn } from '@/components/ui/cn';
import { START_POINTS, type StartId } from './start-text';

export type StartChoice = StartId | 'import';

const SOURCES = [
  { id: 'template', label: 'A template', hint: 'Made for the tools of this server and their risk' },
  { id: 'import', label: 'A policy you have', hint: 'PolicyLayer JSON, Intercept YAML, or a file of this language' },
] as const;

/** What the first text of a policy is made from. */
export function StartChoice({ value, onChange }: { value: StartChoice; onChange: (next: StartChoice) => void }) {
  const source = value === 'import' ? 'import' : 'template';
  return (
    <>
      <fieldset>
        <legend className="mb-1.5 font-medium">Start with</legend>
        <div className="grid gap-1.5 sm:grid-cols-2">
          {SOURCES.map(({ id, label, hint }) => (
            <Choice
              key={id}
              name="source"
              label={label}
              hint={hint}
              checked={source === id}
              onChoose={() => onChange(id === 'import' ? 'import' : 'recommended')}
            />
          ))}
        </div>
      </fieldset>
      {source === 'template' ? (
        <fieldset>
          <legend className="mb-1.5 font-medium">Template</legend>
          <div className="grid gap-1.5 sm:grid-cols-2">
            {START_POINTS.map(({ id, label, hint }) => (
              <Choice key={id} name="start" label={label} hint={hint} checked={value === id} onChoose={() => onChange(id)} />
            ))}
          </div>
        </fieldset>
      ) : null}
    </>
  );
}

interface ChoiceProps {
  name: string;
  label: string;
  hint: string;
  checked: boolean;
  onChoose: () => void;
}

function Choice({ name, label, hint, checked, onChoose }: ChoiceProps) {
  return (
    <label
      className={cn(
        'flex items-start gap-2 rounded-control border px-3 py-2',
        checked ? 'border-accent bg-accent-soft' : 'border-line hover:bg-hover',
      )}
    >
      <input type="radio" name={name} className="mt-0.5" checked={checked} onChange={onChoose} />
      <span>
        <span className="font-medium">{label}</span>
        <span className="block text-meta text-ink-2">{hint}</span>
      </span>
    </label>
  );
}
