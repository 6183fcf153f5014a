const LINE_BYTES_MAX = 64 * 1024 * 1024;

/** The lines of a stream as bytes, without their ends; empty ones are left out. A line that is far too long ends it. */
export async function* readLines(stream) {
  let pieces = [];
  let bytes = 0;
  for await (const chunk of stream) {
    let from = 0;
    for (let end = chunk.indexOf(10); end >= 0; end = chunk.indexOf(10, from)) {
      pieces.push(chunk.subarray(from, end));
      from = end + 1;
      const line = Buffer.concat(pieces);
      pieces = [];
      bytes = 0;
      if (line.length > 0 && !/^\s*$/.test(line.subarray(0, 64).toString('latin1'))) yield line;
    }
    if (from < chunk.length) pieces.push(chunk.subarray(from));
    bytes += chunk.length - from;
    if (bytes > LINE_BYTES_MAX) throw new Error('the client sends a line without an end');
  }
  const rest = Buffer.concat(pieces);
  if (rest.toString('latin1').trim() !== '') yield rest;
}
