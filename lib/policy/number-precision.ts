/** Whole numbers of up to 15 digits are kept as they are. */
const SHORT_WHOLE = /^-?(?:0|[1-9][0-9]{0,14})$/;

/** Whether the number that JavaScript keeps differs from the one that was written, digit for digit. */
export function losesPrecision(text: string, value: number): boolean {
  if (SHORT_WHOLE.test(text)) return false;
  if (!Number.isFinite(value)) return true;
  if (Number.isInteger(value) && !Number.isSafeInteger(value)) return true;
  return decimalDigits(text) !== decimalDigits(String(value));
}

/** Sign, significant digits and exponent of a decimal literal, in one form. */
function decimalDigits(literal: string): string {
  const match = /^(-?)([0-9]+)(?:\.([0-9]+))?(?:[eE]([-+]?[0-9]+))?$/.exec(literal);
  if (match === null) return literal;
  const fraction = match[3] ?? '';
  let digits = ((match[2] ?? '') + fraction).replace(/^0+/, '');
  if (digits === '') return '0';
  let exponent = Number(match[4] ?? '0') - fraction.length;
  const trimmed = digits.replace(/0+$/, '');
  exponent += digits.length - trimmed.length;
  digits = trimmed;
  return `${match[1] ?? ''}${digits}e${exponent}`;
}
