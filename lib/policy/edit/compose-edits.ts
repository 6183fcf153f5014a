import { type TextEdit, tidyEdits } from './text-edit';

/** A stretch of a text that came about by edits: kept from the first text, or put in. */
type Piece = { readonly kept: true; readonly start: number; readonly end: number } | { readonly kept: false; readonly text: string };

/**
 * Two rounds of edits as one: `first` leads from `text` to a second text, `second` from there to a third. The result leads
 * from `text` to the third.
 */
export function composeEdits(text: string, first: readonly TextEdit[], second: readonly TextEdit[]): TextEdit[] {
  const whole: Piece[] = [{ kept: true, start: 0, end: text.length }];
  return tidyEdits(text, editsOf(text, editPieces(editPieces(whole, first), second)));
}

function editPieces(pieces: readonly Piece[], edits: readonly TextEdit[]): Piece[] {
  const result: Piece[] = [];
  let at = 0;
  let next = 0;
  for (const piece of pieces) {
    const length = lengthOf(piece);
    const end = at + length;
    let taken = at;
    for (let edit = edits[next]; edit !== undefined && edit.start < end; edit = edits[next]) {
      if (edit.start >= at) result.push(slice(piece, taken - at, edit.start - at), { kept: false, text: edit.text });
      taken = Math.min(edit.end, end);
      if (edit.end > end) break;
      next += 1;
    }
    result.push(slice(piece, taken - at, length));
    at = end;
  }
  for (const edit of edits.slice(next)) if (edit.start >= at) result.push({ kept: false, text: edit.text });
  return result.filter((piece) => lengthOf(piece) > 0);
}

function editsOf(text: string, pieces: readonly Piece[]): TextEdit[] {
  const edits: TextEdit[] = [];
  let at = 0;
  let put = '';
  const close = (until: number) => {
    if (until > at || put !== '') edits.push({ start: at, end: until, text: put });
    put = '';
  };
  for (const piece of pieces) {
    if (piece.kept) {
      close(piece.start);
      at = piece.end;
    } else put += piece.text;
  }
  close(text.length);
  return edits;
}

function lengthOf(piece: Piece): number {
  return piece.kept ? piece.end - piece.start : piece.text.length;
}

function slice(piece: Piece, from: number, to: number): Piece {
  return piece.kept ? { kept: true, start: piece.start + from, end: piece.start + to } : { kept: false, text: piece.text.slice(from, to) };
}
