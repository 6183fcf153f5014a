import { inertText } from './inert-line';
import type { Notification } from './notification-event';
import { notificationWords } from './notification-words';
import { argumentsHeading } from './told-arguments';

export interface MailText {
  readonly subject: string;
  readonly text: string;
  readonly html: string;
}

/** Plain text and simple HTML of the same words; no images, no styles from elsewhere, nothing to click but the one link. */
export function mailMessage(told: Notification): MailText {
  const words = notificationWords(told);
  const details = told.arguments.included
    ? { heading: argumentsHeading(told.arguments), text: inertText(told.arguments.text) }
    : { heading: null, text: told.arguments.why };
  const text = [
    words.sentence,
    '',
    ...words.facts.map(([label, value]) => `${label}: ${value}`),
    '',
    ...(details.heading === null ? [] : [`${details.heading}:`]),
    details.text,
    '',
    `${words.link.label}: ${words.link.url}`,
    '',
  ].join('\n');
  const rows = words.facts
    .map(
      ([label, value]) =>
        `<tr><th align="left" valign="top" style="padding:2px 12px 2px 0">${escapeHtml(label)}</th><td>${escapeHtml(value)}</td></tr>`,
    )
    .join('\n');
  const html = `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>${escapeHtml(words.title)}</title></head>
<body style="font-family:sans-serif;font-size:14px;line-height:1.5">
<h1 style="font-size:18px">${escapeHtml(words.title)}</h1>
<p>${escapeHtml(words.sentence)}</p>
<table style="border-collapse:collapse">
${rows}
</table>
${details.heading === null ? `<p>${escapeHtml(details.text)}</p>` : `<p><b>${escapeHtml(details.heading)}</b></p>\n<pre style="white-space:pre-wrap">${escapeHtml(details.text)}</pre>`}
<p><a href="${escapeHtml(words.link.url)}">${escapeHtml(words.link.label)}</a></p>
</body></html>
`;
  return { subject: `[Callgate] ${words.title}`, text, html };
}

export function escapeHtml(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;').replaceAll("'", '&#39;');
}
