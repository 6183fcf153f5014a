import type { ChangeSentence } from '../explanation';
import { markdownText } from '../explanation-markdown';

const MARKS: Readonly<Record<ChangeSentence['effect'], string>> = { loosens: ' **(opens access)**', tightens: '', neutral: '' };

/** Changes as Markdown, for a ticket or a review; what opens access is marked. */
export function changeMarkdown(title: string, sentences: readonly ChangeSentence[]): string {
  const lines = sentences.map((sentence) => `- ${markdownText(sentence.text)}${MARKS[sentence.effect]}`);
  return `${[`# ${markdownText(title)}`, lines.length === 0 ? 'Nothing that is decided changes.' : lines.join('\n')].join('\n\n')}\n`;
}
