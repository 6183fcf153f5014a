import { describe, expect, it } from 'vitest';
import { readChallenge } from '@/lib/adapters/upstream/oauth/challenge';
import { registerClient } from '@/lib/adapters/upstream/oauth/client-registration';

const own = {
  redirectUri: 'https://gate.example.com/api/v1/oauth/callback',
  metadataUrl: 'https://gate.example.com/api/v1/oauth/client.json',
};
const as = { issuer: 'https://as.example.com', token_endpoint: 'https://as.example.com/token' };
const nobody = { clientId: null, clientSecret: null, scopes: null, issuer: null };
const refuse = async () => Promise.reject(new Error('asked'));

describe('who we are at an authorization server', () => {
  it('is what was typed, before everything that it offers', async () => {
    const offers = { ...as, client_id_metadata_document_supported: true, registration_endpoint: 'https://as.example.com/register' };
    const typed = { clientId: 'mine', clientSecret: 's', scopes: null, issuer: null };
    expect(await registerClient(offers, typed, own, refuse)).toEqual({
      clientId: 'mine',
      clientSecret: 's',
      registration: 'given',
      authMethod: 'client_secret_basic',
    });
    const posts = { ...offers, token_endpoint_auth_methods_supported: ['client_secret_post'] };
    expect((await registerClient(posts, typed, own, refuse)).authMethod).toBe('client_secret_post');
  });

  it('is the metadata document where it can be read, and a registration otherwise', async () => {
    const offers = { ...as, client_id_metadata_document_supported: true, registration_endpoint: 'https://as.example.com/register' };
    expect(await registerClient(offers, nobody, own, refuse)).toMatchObject({
      clientId: own.metadataUrl,
      registration: 'metadata_document',
    });
    const asked: unknown[] = [];
    const register = async (_url: string | URL, init?: { body?: unknown }) => {
      asked.push(JSON.parse(String(init?.body)));
      return new Response(JSON.stringify({ client_id: 'made' }), { status: 201, headers: { 'content-type': 'application/json' } });
    };
    const local = { ...own, metadataUrl: null };
    expect(await registerClient(offers, nobody, local, register)).toMatchObject({
      clientId: 'made',
      registration: 'dynamic',
      authMethod: 'none',
    });
    expect(asked).toEqual([expect.objectContaining({ redirect_uris: [own.redirectUri], application_type: 'web' })]);
    await expect(registerClient(as, nobody, local, refuse)).rejects.toThrow('enter its client id');
  });
});

describe('challenges', () => {
  it('are read with quotes, without, and beside other schemes', () => {
    expect(readChallenge('Basic realm="x", Bearer error=insufficient_scope, scope="read admin"')).toEqual({
      resourceMetadata: null,
      scope: 'read admin',
      error: 'insufficient_scope',
    });
    expect(readChallenge('bearer resource_metadata="https://a/b?c=\\"d"').resourceMetadata).toBe('https://a/b?c="d');
    for (const odd of [null, '', 'Basic realm="Bearer x"', 'Bearer', 'Bearer scope="a\tb"'])
      expect(readChallenge(odd)).toEqual({ resourceMetadata: null, scope: null, error: null });
  });
});
