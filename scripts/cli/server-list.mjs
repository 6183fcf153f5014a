/** One server a line. */
export async function run({ client, flags, print }) {
  const servers = await client.list('/servers');
  if (flags.json === true)
    print(
      JSON.stringify({ servers: servers.map(({ slug, name, transport, gatewayUrl }) => ({ slug, name, transport, gatewayUrl })) }, null, 2),
    );
  else {
    const width = Math.max(0, ...servers.map((server) => server.slug.length));
    for (const server of servers) print(`${server.slug.padEnd(width)}  ${server.transport.padEnd(5)}  ${server.name}`);
  }
  return 0;
}
