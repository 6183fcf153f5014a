import { setValue } from '@/lib/policy/edit/set-value';
import { applyEdits } from '@/lib/policy/edit/text-edit';
import { readPolicyText } from '@/lib/policy/read-document';

/**
 * Writes the mode into the text with the smallest edit, so that the published text itself says how it is enforced and keeps every
 * comment. A text with errors comes back as it is: publishing refuses it anyway, with its errors where the author wrote them.
 */
export function applyMode(text: string, mode: 'enforce' | 'observe' | undefined): string {
  const { document } = readPolicyText(text);
  if (mode === undefined || document === null || document.mode === mode) return text;
  return applyEdits(text, setValue(text, '/mode', mode).edits);
}
