import type { Catalogue } from '@/lib/domain/decision';
import { fail, ok, type Result } from '@/lib/kernel/result';
import { readCommentedJsonc } from '../commented/read-jsonc';
import { writeJson } from '../commented/write-jsonc';
import { writeYaml } from '../commented/write-yaml';
import { explainPolicy } from '../explain/explain-policy';
import { explanationMarkdown } from '../explain/explanation-markdown';
import { parsePolicyText } from '../parse';
import type { Problem } from '../problem';
import { readPolicyText } from '../read-document';

export const EXPORT_FORMATS = ['json', 'jsonc', 'yaml', 'text'] as const;
export type ExportFormat = (typeof EXPORT_FORMATS)[number];

export interface Exported {
  readonly text: string;
  readonly contentType: string;
  /** Of the file, without the dot. */
  readonly extension: string;
}

/**
 * A policy text in another form. `jsonc` is the text as it was written; `json` is strict, without comments; `yaml` keeps
 * them; `text` is the policy in sentences, as Markdown. What cannot be read cannot be converted: the problems say why.
 */
export function exportPolicy(
  text: string,
  format: ExportFormat,
  about: { readonly title: string; readonly catalogue: Catalogue | null },
): Result<Exported, readonly Problem[]> {
  if (format === 'jsonc') return ok({ text, contentType: 'application/jsonc; charset=utf-8', extension: 'jsonc' });
  if (format === 'text') {
    const { document, list } = readPolicyText(text);
    if (document === null) return fail(list.sorted());
    const markdown = explanationMarkdown(about.title, explainPolicy(document, about.catalogue));
    return ok({ text: markdown, contentType: 'text/markdown; charset=utf-8', extension: 'md' });
  }
  const { root, list } = parsePolicyText(text);
  if (root === null || list.failed) return fail(list.sorted());
  const document = readCommentedJsonc(text, root);
  return format === 'json'
    ? ok({ text: writeJson(document), contentType: 'application/json; charset=utf-8', extension: 'json' })
    : ok({ text: writeYaml(document), contentType: 'application/yaml; charset=utf-8', extension: 'yaml' });
}
