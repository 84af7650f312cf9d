import {createPrivateKey, generateKeyPairSync} from 'node:crypto';
import {z} from 'zod';
import {errorText} from '../../../protocols/base/errors.js';
import {
  answerMac,
  type EnrolmentGrant,
  enrolmentAnswerSchema,
  enrolmentGrantSchema,
  enrolmentKey,
  readCode,
  requestMac,
  sameMac,
} from '../../../protocols/cloud/enrolment.js';
import {
  draftKey,
  type GatewayIdentity,
  type IdentityShelf,
  identityFault,
  keepIdentity,
} from './gateway-identity.js';
import {signingRequest} from './signing-request.js';

export interface EnrolParts {
  readonly shelf: IdentityShelf;
  /** Ask the cloud; gives up by itself. */
  readonly request: (url: string, options: RequestInit) => Promise<Response>;
}

/** `refused` is the cloud's word (`enrollment_expired`), `forged` an answer that another gave. */
export type EnrolOutcome =
  | {readonly kind: 'enrolled'; readonly identity: GatewayIdentity}
  | {readonly kind: 'no_code'}
  | {readonly kind: 'unreachable'; readonly why: string}
  | {readonly kind: 'refused'; readonly code: string; readonly title: string}
  | {readonly kind: 'forged'; readonly why: string};

const problemSchema = z.object({code: z.string().max(64), title: z.string().max(200)});

/**
 * Turn a one-time code into an identity: key pair made here, certificate from the cloud, everything on
 * the shelf in one piece. Safe over plain HTTP, and whatever the clocks say: both directions are proven
 * by the code's secret, which never travels. The same code may be tried again until it worked.
 */
export async function enrol(
  typed: string,
  cloudUrl: string,
  parts: EnrolParts,
): Promise<EnrolOutcome> {
  const code = readCode(typed);
  if (!code) return {kind: 'no_code'};
  const key = draftKey(parts.shelf, newPrivateKey);
  const csr = signingRequest(createPrivateKey(key), 'gateway');
  const secret = enrolmentKey(code);
  const answered = await ask(
    cloudUrl,
    {id: code.id, csr, mac: requestMac(secret, code.id, csr)},
    parts,
  );
  if ('kind' in answered) return answered;
  const {body, mac} = answered;
  if (!sameMac(mac, answerMac(secret, csr, body))) return {kind: 'forged', why: 'wrong proof'};
  const grant = readGrant(body);
  if (typeof grant === 'string') return {kind: 'forged', why: grant};
  const {utc, ...rest} = grant;
  const identity: GatewayIdentity = {...rest, key, floor: utc};
  const fault = identityFault(identity);
  if (fault !== undefined) return {kind: 'forged', why: fault};
  keepIdentity(parts.shelf, identity);
  return {kind: 'enrolled', identity};
}

/** PKCS#8 in PEM, P-256. */
export function newPrivateKey(): string {
  const {privateKey} = generateKeyPairSync('ec', {namedCurve: 'P-256'});
  return privateKey.export({format: 'pem', type: 'pkcs8'}).toString();
}

async function ask(
  cloudUrl: string,
  request: object,
  parts: EnrolParts,
): Promise<EnrolOutcome | {readonly body: string; readonly mac: string}> {
  let text: string;
  let isGranted: boolean;
  try {
    const response = await parts.request(`${cloudUrl.replace(/\/+$/, '')}/v1/enroll`, {
      method: 'POST',
      headers: {'content-type': 'application/json'},
      body: JSON.stringify(request),
    });
    text = await response.text();
    isGranted = response.ok;
  } catch (error) {
    return {kind: 'unreachable', why: errorText(error)};
  }
  const json = parsed(text);
  if (!isGranted) {
    const problem = problemSchema.safeParse(json);
    if (problem.success) return {kind: 'refused', ...problem.data};
    return {kind: 'unreachable', why: 'no cloud of ours answers there'};
  }
  const answer = enrolmentAnswerSchema.safeParse(json);
  return answer.success ? answer.data : {kind: 'unreachable', why: 'the answer cannot be read'};
}

function readGrant(body: string): EnrolmentGrant | string {
  const grant = enrolmentGrantSchema.safeParse(parsed(body));
  return grant.success ? grant.data : `the answer lacks ${grant.error.issues[0]?.path.join('.')}`;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
