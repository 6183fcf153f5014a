export const MAIL_SECURITY = ['tls', 'starttls', 'none'] as const;
/** `tls` from the first byte, `starttls` or nothing is sent, `none` in clear. */
export type MailSecurity = (typeof MAIL_SECURITY)[number];

export interface MailServer {
  readonly host: string;
  readonly port: number;
  readonly security: MailSecurity;
}

/** What goes out, ready; in clear, for as long as one attempt lasts. */
export type OutgoingMessage =
  | {
      readonly kind: 'http';
      readonly url: string;
      /** JSON text. */
      readonly body: string;
      /** Headers of Standard Webhooks are added when there is a secret. `atSeconds` is Unix time by the database's clock. */
      readonly signing: { readonly id: string; readonly atSeconds: number; readonly secret: string } | null;
    }
  | {
      readonly kind: 'mail';
      readonly server: MailServer;
      readonly login: { readonly user: string; readonly password: string } | null;
      readonly from: string;
      readonly to: readonly string[];
      readonly subject: string;
      readonly text: string;
      readonly html: string;
      /** Stable over attempts, so that mail programs show one. */
      readonly messageId: string;
      /** What it belongs to; mail programs make a thread of it. */
      readonly thread: string;
    };

export interface SendResult {
  readonly ok: boolean;
  /** HTTP status or SMTP reply code; null when nobody answered. */
  readonly code: number | null;
  /** What was said, or what went wrong, in a line; never a secret. */
  readonly detail: string;
  /** How long the receiver asks to be left alone. */
  readonly retryAfterMs: number | null;
}
