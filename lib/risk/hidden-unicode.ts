/** A kind of character that people do not see and models read. */
export interface HiddenText {
  readonly code: 'hidden_unicode' | 'control_characters' | 'zero_width';
  readonly severity: 'medium' | 'high';
  readonly message: string;
}

/** Tag characters outside a flag emoji, which is their only remaining use. */
const TAGS = /(?<![\u{1F3F4}\u{E0020}-\u{E007F}])[\u{E0000}-\u{E007F}]/u;
const VARIATION_SUPPLEMENT = /[\u{E0100}-\u{E01EF}]{2,}/u;
const BIDI = /[\u202A-\u202E\u2066-\u2069]/;
/** Zero-width joiners and non-joiners belong to emoji and to several scripts; between ASCII letters they hide text. */
const ZERO_WIDTH = /[\u200B\u2060-\u2064\uFEFF\u00AD]|(?<=[A-Za-z])[\u200C\u200D](?=[A-Za-z])/g;
const ESCAPE = /[\u001B\u009B]/;
const CONTROL = /[\u0000-\u0008\u000B\u000C\u000E-\u001A\u001C-\u001F\u007F-\u009A\u009C-\u009F]/;
/** More of them than a stray byte-order mark or a copied line break explains. */
const ZERO_WIDTH_MANY = 5;

/** Finds invisible and display-changing characters. Linear time; never throws. */
export function findHiddenText(text: string): HiddenText[] {
  if (/^[\u0020-\u007E\t\r\n]*$/.test(text)) return [];
  const found: HiddenText[] = [];
  if (TAGS.test(text) || VARIATION_SUPPLEMENT.test(text)) {
    found.push({
      code: 'hidden_unicode',
      severity: 'high',
      message: 'Holds invisible Unicode characters that can carry text only a model reads.',
    });
  }
  if (BIDI.test(text)) {
    found.push({
      code: 'hidden_unicode',
      severity: 'high',
      message: 'Holds bidirectional controls: what is shown is not the order of what is read.',
    });
  }
  const zeroWidth = text.match(ZERO_WIDTH)?.length ?? 0;
  if (zeroWidth > 0) {
    const many = zeroWidth >= ZERO_WIDTH_MANY;
    found.push({
      code: 'zero_width',
      severity: many ? 'high' : 'medium',
      message: `Holds ${zeroWidth} zero-width character${zeroWidth === 1 ? '' : 's'}.`,
    });
  }
  if (ESCAPE.test(text)) found.push({ code: 'control_characters', severity: 'high', message: 'Holds terminal escape sequences.' });
  else if (CONTROL.test(text)) found.push({ code: 'control_characters', severity: 'medium', message: 'Holds control characters.' });
  return found;
}

/** Whether one word mixes Latin letters with look-alikes of Cyrillic, Greek, Armenian or full-width forms. */
export function mixesScripts(name: string): boolean {
  return /[A-Za-z]/.test(name) && /[\p{Script=Cyrillic}\p{Script=Greek}\p{Script=Armenian}\uFF01-\uFF5E]/u.test(name);
}
