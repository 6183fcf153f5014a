import type { Explanation } from './explanation';
import { RISK_WORDS } from './words';

/** An explanation as Markdown, for a ticket or a review. */
export function explanationMarkdown(title: string, explanation: Explanation): string {
  const sections = explanation.sections.map(({ title: name, risk, sentences }) => {
    const heading = `## ${markdownText(name)}${risk === undefined ? '' : ` (${RISK_WORDS[risk].toLowerCase()} risk)`}`;
    return [heading, '', ...sentences.map((sentence) => `- ${markdownText(sentence.text)}`)].join('\n');
  });
  return `${[`# ${markdownText(title)}`, ...sections].join('\n\n')}\n`;
}

/** Text without markup of its own; what would format or link is escaped, so that names and values read as they are. */
export function markdownText(text: string): string {
  return text
    .replace(/[\r\n]+/g, ' ')
    .replace(/[\\`*<>[\]|~]/g, '\\$&')
    .replace(/(^|[^\p{L}\p{N}_])_|_(?![\p{L}\p{N}_])/gu, (found) => found.replace('_', '\\_'))
    .replace(/^([#>+-]|[0-9]+[.)])/, '\\$1');
}
