import type { Explanation } from './explanation';
import { RISK_WORDS } from './words';

/** An explanation as Markdown, for a ticket or a review. */
export function explanationMarkdown(title: string, explanation: Explanation): string {
  return written(explanation, `# ${markdownText(title)}`, (heading) => `## ${markdownText(heading)}`, markdownText);
}

/** An explanation as plain text. */
export function explanationText(title: string, explanation: Explanation): string {
  const plain = (text: string) => text.replace(/[\r\n]+/g, ' ');
  return written(explanation, plain(title), plain, plain);
}

function written({ sections }: Explanation, title: string, heading: (text: string) => string, line: (text: string) => string): string {
  const blocks = sections.map(({ title: name, risk, sentences }) => {
    const head = `${heading(name)}${risk === undefined ? '' : ` (${RISK_WORDS[risk].toLowerCase()} risk)`}`;
    return [head, '', ...sentences.map((sentence) => `- ${line(sentence.text)}`)].join('\n');
  });
  return `${[title, ...blocks].join('\n\n')}\n`;
}

/** Text without markup of its own; what would format or link is escaped, so that names and values read as they are. */
export function markdownText(text: string): string {
  return text
    .replace(/[\r\n]+/g, ' ')
    .replace(/[\\`*<>[\]|~]/g, '\\$&')
    .replace(/(^|[^\p{L}\p{N}_])_|_(?![\p{L}\p{N}_])/gu, (found) => found.replace('_', '\\_'))
    .replace(/^([#>+-]|[0-9]+[.)])/, '\\$1');
}
