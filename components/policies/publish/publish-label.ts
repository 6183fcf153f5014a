interface WhatWillHappen {
  readonly version: number;
  readonly mode: 'enforce' | 'observe';
  readonly later: boolean;
  /** The chosen time in words; null while none is chosen. */
  readonly due: string | null;
  readonly secondPerson: boolean;
}

/** The words of the button that publishes: exactly what it does, so that nothing has to be looked up above it. */
export function publishLabel({ version, mode, later, due, secondPerson }: WhatWillHappen): string {
  const what = `version ${version}${mode === 'observe' ? ', observing only' : ''}`;
  const comma = mode === 'observe' ? ',' : '';
  const when = later && due !== null ? `${comma} for ${due}` : '';
  if (secondPerson) return later ? `Ask a second person to schedule ${what}${when}` : `Ask a second person to publish ${what}`;
  return later ? `Schedule ${what}${when}` : `Publish ${what}`;
}
