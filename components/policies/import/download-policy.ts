import { api } from '@/components/shared/api/client';
import type { ExportedPolicy, PolicyDetail } from '@/components/shared/api/wire';
import { path } from '../use-draft';

export const EXPORT_FORMATS = [
  ['jsonc', 'As written (JSONC)'],
  ['json', 'JSON'],
  ['yaml', 'YAML'],
  ['text', 'In words (Markdown)'],
] as const;
export type ExportFormat = (typeof EXPORT_FORMATS)[number][0];

/** Saves the draft, else what is live, as a file. */
export async function downloadPolicy(policy: PolicyDetail, format: ExportFormat): Promise<void> {
  const { filename, contentType, text } = await api<ExportedPolicy>('GET', `${path(policy)}/export?format=${format}`);
  const url = URL.createObjectURL(new Blob([text], { type: contentType }));
  const link = document.createElement('a');
  link.href = url;
  link.download = filename;
  link.click();
  URL.revokeObjectURL(url);
}
