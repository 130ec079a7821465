import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';

/** Paths of PEM files. */
export interface CertificateFiles {
  /** It vouches for itself: whoever is given it as the certificate of an authority trusts the server. */
  readonly certificate: string;
  readonly key: string;
}

const run = promisify(execFile);

/** Makes a certificate for loopback, good for two days, with `openssl`: Node can make keys, but no certificates. */
export async function makeCertificate(directory: string): Promise<CertificateFiles> {
  const certificate = join(directory, 'certificate.pem');
  const key = join(directory, 'key.pem');
  const kind = ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '2'];
  const subject = ['-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost,IP:127.0.0.1'];
  await run('openssl', [...kind, ...subject, '-keyout', key, '-out', certificate]);
  return { certificate, key };
}
