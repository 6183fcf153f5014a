import { CircleAlert } from 'lucide-react';
import { ApiError } from './api/client';
import { Id } from './id-text';

/** The sentence above the buttons of a form; fields carry their own errors. Details that no field shows are listed here. */
export function FormError({ error, shownFields = [] }: { error: unknown; shownFields?: readonly string[] }) {
  if (!error) return null;
  const api = error instanceof ApiError ? error : null;
  const rest = (api?.details ?? []).filter((detail) => {
    const path = detail.path.replace(/^[/#.]+/, '').replaceAll('/', '.');
    return !shownFields.some((field) => path === field || path.startsWith(`${field}.`) || path.startsWith(`${field}[`));
  });
  return (
    <div role="alert" className="flex items-start gap-2 rounded-control bg-denied-chip px-3 py-2 text-base text-denied">
      <CircleAlert aria-hidden className="mt-0.5 size-4 shrink-0" />
      <div className="min-w-0 break-words">
        <p className="font-medium">{error instanceof Error ? error.message : 'The request failed without an explanation.'}</p>
        {rest.length > 0 ? (
          <ul className="mt-1 list-disc pl-4">
            {rest.map((detail, index) => (
              <li key={index}>
                {detail.path ? `${detail.path}: ` : ''}
                {detail.message}
              </li>
            ))}
          </ul>
        ) : null}
        {api?.requestId ? (
          <p className="mt-1 flex items-center gap-1 text-meta">
            Request <Id value={api.requestId} max={28} />
          </p>
        ) : null}
      </div>
    </div>
  );
}
