/** What every renderer says, made inert; escaping for its own format is the renderer's. */
export interface NotificationWords {
  /** One short line. */
  readonly title: string;
  /** Who wants what, where; one sentence. */
  readonly sentence: string;
  /** Label and value, in the order to show. */
  readonly facts: readonly (readonly [label: string, value: string])[];
  readonly link: { readonly label: string; readonly url: string };
}
