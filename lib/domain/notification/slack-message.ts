import { inertText } from './inert-line';
import type { Notification } from './notification-event';
import { notificationWords } from './notification-words';
import { argumentsHeading } from './told-arguments';

/**
 * The JSON text for a Slack-compatible incoming webhook: a line for notifications and old clients, and blocks.
 *
 * Link only, whatever the risk. An incoming webhook cannot tell who pressed a button, so a decision from the chat would be a decision
 * of nobody, on a message instead of on what is shown in the console with its digest.
 *
 * Everything is `plain_text` in the blocks, so that nothing an agent wrote can be a mention, a link or an emphasis.
 */
export function slackMessage(told: Notification): string {
  const words = notificationWords(told);
  const facts = words.facts.map(([label, value]) => plain(`${label}\n${value}`, 1_900));
  return JSON.stringify({
    text: escapeSlack(`${words.title}. ${words.sentence} ${words.link.url}`),
    unfurl_links: false,
    unfurl_media: false,
    blocks: [
      { type: 'header', text: plain(words.title, 150) },
      { type: 'section', text: plain(words.sentence, 2_900) },
      { type: 'section', fields: facts.slice(0, 10) },
      ...(told.arguments.included
        ? [{ type: 'section', text: plain(`${argumentsHeading(told.arguments)}\n${inertText(told.arguments.text)}`, 2_900) }]
        : []),
      { type: 'section', text: { type: 'mrkdwn', text: `<${escapeSlack(words.link.url)}|${words.link.label}>` } },
      ...(told.arguments.included ? [] : [{ type: 'context', elements: [plain(told.arguments.why, 300)] }]),
    ],
  });
}

function plain(text: string, charactersMax: number) {
  const cut = text.length <= charactersMax ? text : `${text.slice(0, charactersMax - 1).toWellFormed()}…`;
  return { type: 'plain_text', text: cut, emoji: false };
}

/** The three characters that mean something in Slack's text; `<!channel>` and `<https://…|…>` are inert without them. */
export function escapeSlack(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
