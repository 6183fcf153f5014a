import type pg from 'pg';

type Value = string | number | boolean | null | object;

/** One row for COPY in its text format. */
export function copyLine(values: readonly Value[]): string {
  let line = '';
  for (const [index, value] of values.entries()) {
    if (index > 0) line += '\t';
    line += value === null ? '\\N' : escaped(typeof value === 'object' ? JSON.stringify(value) : String(value));
  }
  return `${line}\n`;
}

const escaped = (text: string): string =>
  /[\\\t\n\r]/.test(text) ? text.replaceAll('\\', '\\\\').replaceAll('\t', '\\t').replaceAll('\n', '\\n').replaceAll('\r', '\\r') : text;

interface CopyConnection {
  query(text: string): void;
  sendCopyFromChunk(chunk: Buffer): void;
  endCopyFrom(): void;
}

/** Sends rows with COPY … FROM STDIN: the driver speaks it on its connection and leaves the statement to us. */
export function copyRows(client: pg.ClientBase, table: string, columns: readonly string[], lines: string): Promise<void> {
  return new Promise((resolve, reject) => {
    let failed: Error | null = null;
    const statement = {
      submit: (connection: CopyConnection) => connection.query(`COPY ${table} (${columns.join(', ')}) FROM STDIN`),
      handleCopyInResponse: (connection: CopyConnection) => {
        connection.sendCopyFromChunk(Buffer.from(lines, 'utf8'));
        connection.endCopyFrom();
      },
      handleCommandComplete: () => {},
      handleError: (error: Error) => {
        failed = error;
        reject(error);
      },
      handleReadyForQuery: () => {
        if (failed === null) resolve();
      },
    };
    client.query(statement as unknown as pg.Submittable);
  });
}
