import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { DARK_THEME, LIGHT_THEME } from '@/components/shared/monaco/themes';

const css = readFileSync(new URL('../../app/globals.css', import.meta.url), 'utf8');

function tokensOf(selector: string): Record<string, string> {
  const block = css.slice(css.indexOf(`${selector} {`)).split('}')[0] ?? '';
  return Object.fromEntries([...block.matchAll(/--([\w-]+): (#[0-9a-f]{6})/g)].map((match) => [match[1] ?? '', match[2] ?? '']));
}

/** WCAG 2.2 relative luminance of `#rrggbb`. */
function luminance(hex: string): number {
  const [r, g, b] = [1, 3, 5]
    .map((at) => Number.parseInt(hex.slice(at, at + 2), 16) / 255)
    .map((part) => (part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4));
  return 0.2126 * (r ?? 0) + 0.7152 * (g ?? 0) + 0.0722 * (b ?? 0);
}
function contrast(one: string, other: string): number {
  const [dark, light] = [luminance(one), luminance(other)].sort((a, b) => a - b);
  return ((light ?? 0) + 0.05) / ((dark ?? 0) + 0.05);
}

const TEXT_PAIRS: [string, string][] = [
  ...['ink', 'ink-2', 'ink-3', 'accent', 'denied', 'allowed', 'limited', 'broken'].flatMap((ink): [string, string][] =>
    ['canvas', 'surface', 'raised'].map((ground): [string, string] => [ink, ground]),
  ),
  ...['allowed', 'ask', 'limited', 'denied', 'hidden', 'broken', 'risk-medium', 'risk-high'].map((name): [string, string] => [
    name,
    `${name}-chip`,
  ]),
  ['accent-ink', 'accent'],
  ['danger-ink', 'danger'],
  ['ink', 'selected'],
  ['ink-2', 'selected'],
  ['ink-2', 'hover'],
  ['accent', 'accent-soft'],
  ['ink-2', 'sunken'],
  ['ink-3', 'sunken'],
  ['ink-3', 'selected'],
  ['ink-3', 'accent-soft'],
  ['ink-3', 'hover'],
];
const MARK_PAIRS: [string, string][] = [
  ['control', 'surface'],
  ['control', 'canvas'],
  ...['allowed', 'ask', 'limited', 'denied', 'broken'].flatMap((name): [string, string][] => [
    [`${name}-chart`, 'surface'],
    [`${name}-chart`, 'canvas'],
  ]),
];

describe.each([
  ['light', ':root'],
  ['dark', '.dark'],
])('the %s theme', (_name, selector) => {
  const tokens = tokensOf(selector);
  const of = (name: string) => tokens[name] ?? expect.fail(`no colour ${name}`);
  it.each(TEXT_PAIRS)('reads: %s on %s, 4.5 to 1', (ink, ground) => expect(contrast(of(ink), of(ground))).toBeGreaterThanOrEqual(4.5));
  it.each(MARK_PAIRS)('shows: %s on %s, 3 to 1', (mark, ground) => expect(contrast(of(mark), of(ground))).toBeGreaterThanOrEqual(3));
});

/** `#rrggbbaa` laid over `#rrggbb`. */
function over(top: string, ground: string): string {
  const part = (hex: string, at: number) => Number.parseInt(hex.slice(at, at + 2), 16);
  const alpha = part(top, 7) / 255;
  return `#${[1, 3, 5]
    .map((at) =>
      Math.round(part(top, at) * alpha + part(ground, at) * (1 - alpha))
        .toString(16)
        .padStart(2, '0'),
    )
    .join('')}`;
}

describe.each([
  ['light', LIGHT_THEME],
  ['dark', DARK_THEME],
])('the %s editor', (_name, { rules, colors }) => {
  const of = (name: string) => colors[name] ?? expect.fail(`no colour ${name}`);
  const grounds = {
    'the page': of('editor.background'),
    'the line of the caret': of('editor.lineHighlightBackground'),
    'a selection': of('editor.selectionBackground'),
    'an added line': of('diffEditor.insertedLineBackground'),
    'a removed line': of('diffEditor.removedLineBackground'),
    'added text': over(of('diffEditor.insertedTextBackground'), of('diffEditor.insertedLineBackground')),
    'removed text': over(of('diffEditor.removedTextBackground'), of('diffEditor.removedLineBackground')),
  };
  const inks = [
    ...rules.map(({ token, foreground }): [string, string] => [token, `#${foreground}`]),
    ['plain text', of('editor.foreground')],
  ];
  it.each(Object.entries(grounds))('reads on %s, 4.5 to 1', (_ground, colour) => {
    const weak = inks
      .filter(([, ink]) => contrast(ink ?? '', colour) < 4.5)
      .map(([token, ink]) => `${token}: ${contrast(ink ?? '', colour).toFixed(2)}`);
    expect(weak).toEqual([]);
  });
});
