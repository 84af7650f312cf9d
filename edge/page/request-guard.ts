import {createHash, timingSafeEqual} from 'node:crypto';

/** A refusal that tells its reader what to mend. */
export interface Problem {
  readonly where: string;
  readonly expected: string;
  readonly got: string;
}

/** The headers that decide whether a request may be served. */
export interface RequestOrigin {
  readonly host: string | undefined;
  readonly origin: string | undefined;
  readonly token: string | undefined;
}

const LOOPBACK_NAMES: ReadonlySet<string> = new Set(['localhost', '127.0.0.1', '[::1]']);
const WILDCARDS: ReadonlySet<string> = new Set(['0.0.0.0', '::']);
const ADDRESS_LITERAL = /^(?:\d{1,3}(?:\.\d{1,3}){3}|\[[0-9a-f:.]+\])$/;

/**
 * Whether `host` is one that a person would have typed for this gateway. A page of a stranger can make
 * its own name resolve to 127.0.0.1 and then read and act as this page (DNS rebinding), but it cannot
 * change the name in the Host header. An address literal cannot be rebound, so it passes where the
 * page listens on every address.
 */
export function hostProblem({host}: RequestOrigin, configuredHost: string): Problem | undefined {
  const name = hostName(host ?? '');
  const known =
    LOOPBACK_NAMES.has(name) ||
    name === hostName(configuredHost) ||
    (WILDCARDS.has(configuredHost) && ADDRESS_LITERAL.test(name));
  if (known) return undefined;
  return {
    where: 'header Host',
    expected: `a loopback name or ${configuredHost}`,
    got: host ?? 'none',
  };
}

/** Whether a request that changes something comes from our own page, or from a program, which has no origin. */
export function originProblem(request: RequestOrigin): Problem | undefined {
  if (request.origin !== undefined && request.origin !== `http://${request.host}`) {
    return {
      where: 'header Origin',
      expected: `http://${request.host}, or none from a program`,
      got: request.origin,
    };
  }
  return undefined;
}

/** Whether a program has the token that only it may have. */
export function tokenProblem(request: RequestOrigin, token: string): Problem | undefined {
  if (!sameText(request.token ?? '', token)) {
    return {
      where: 'header X-Latchkey-Token',
      expected: 'the token of this start of the daemon',
      got: request.token === undefined ? 'none' : 'another one',
    };
  }
  return undefined;
}

/** The name without its port, in the case and brackets that URLs use. */
function hostName(host: string): string {
  const lower = host.toLowerCase();
  if (lower.startsWith('[')) return lower.slice(0, lower.indexOf(']') + 1);
  const colons = lower.split(':');
  return colons.length > 2 ? `[${lower}]` : (colons[0] ?? '');
}

/** Digests have one length, and comparing them takes one time. */
export function sameText(left: string, right: string): boolean {
  const digest = (text: string) => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(left), digest(right));
}
