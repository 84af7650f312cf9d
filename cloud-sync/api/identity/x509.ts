import {webcrypto} from 'node:crypto';

/**
 * The X.509 library, read when a certificate is first made: it weighs 20 MB, and a cloud that issues
 * none never needs it. It asks for the metadata polyfill before itself.
 */
export async function loadX509(): Promise<typeof import('@peculiar/x509')> {
  await import('reflect-metadata');
  const x509 = await import('@peculiar/x509');
  x509.cryptoProvider.set(webcrypto as unknown as Crypto);
  return x509;
}
