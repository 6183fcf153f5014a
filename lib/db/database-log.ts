/** Where the database's start and supervision report. Messages are whole sentences; facts are small and hold no secrets. */
export interface DatabaseLog {
  info(message: string, facts?: Record<string, unknown>): void;
  warn(message: string, facts?: Record<string, unknown>): void;
  error(message: string, facts?: Record<string, unknown>): void;
}
