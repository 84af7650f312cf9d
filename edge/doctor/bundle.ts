import type {SiteConfig} from '../config/schema.js';
import type {PageState} from '../page/view.js';
import type {Examination} from './doctor.js';

const HIDDEN = '[hidden]';
/** Names of persons, of those who are called, and whatever opens something: at any depth and in any case. */
const HIDDEN_NAMES = new Set(
  ['staff', 'contacts', 'contact', 'person', 'holder', 'phone', 'mail', 'email', 'reason', 'by']
    .concat(['key', 'keys', 'secret', 'secretKey', 'password', 'user', 'token', 'proof', 'pin'])
    .concat(['ackedBy', 'closedBy', 'uid', 'plate', 'card', 'code', 'detail', 'screen', 'reading'])
    .concat(['notices', 'lastOrder', 'orders'])
    .map(name => name.toLowerCase()),
);

/**
 * What may be sent to whoever helps from afar, as text that its sender can read: the checks, the site file and
 * the picture of the site without secrets and without persons. What a rule does not know it hides by its name.
 */
export function bundleText(
  examination: Examination,
  about: {readonly version: string; readonly nodeVersion: string; readonly atMs: number},
): string {
  const {checks, config, state} = examination;
  const hide = namesOf(config);
  const parts = {
    ...about,
    checks: checks.map(check => ({...check, cause: hide(check.cause)})),
    config: config && redacted(config),
    state: state && redacted(state satisfies PageState),
  };
  return `${hide(JSON.stringify(parts, undefined, 2))}\n`;
}

/** Persons whom the site file names must not stand in a sentence either. */
function namesOf(config: SiteConfig | undefined): (text: string) => string {
  const names = [...(config?.staff ?? []), ...(config?.contacts ?? [])].map(({name}) => name);
  const longestFirst = names.filter(name => name.length > 1).sort((a, b) => b.length - a.length);
  return text => longestFirst.reduce((left, name) => left.replaceAll(name, HIDDEN), text);
}

function redacted(value: unknown): unknown {
  if (typeof value === 'string') return withoutCredentials(value);
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map(redacted);
  const shown: Record<string, unknown> = {};
  for (const [name, part] of Object.entries(value)) {
    shown[name] = HIDDEN_NAMES.has(name.toLowerCase()) ? HIDDEN : redacted(part);
  }
  return shown;
}

/** `mqtt://user:word@host` without what stands before the @. */
function withoutCredentials(text: string): string {
  return text.replace(/^([a-z]+:\/\/)[^/@]+@/, `$1${HIDDEN}@`);
}
