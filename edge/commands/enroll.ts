import {identityFolder} from '../config/identity-folder.js';
import {type CommandMachine, type CommandResult, failed, succeeded} from './command.js';
import {readSiteFile} from './site-file.js';

export interface EnrolOptions {
  readonly cloud: string;
  readonly config: string;
  readonly json: boolean;
}

/** What became of an enrolment, as the uplink tells it. */
export type EnrolmentResult =
  | {
      readonly kind: 'enrolled';
      readonly identity: {
        readonly gateway: string;
        readonly tenant: string;
        readonly broker: string;
      };
    }
  | {readonly kind: 'no_code'}
  | {readonly kind: 'unreachable'; readonly why: string}
  | {readonly kind: 'refused'; readonly code: string; readonly title: string}
  | {readonly kind: 'forged'; readonly why: string};

/** Turns a code into an identity in `folder`; made by the caller, since this side knows no cloud. */
export type Enrol = (code: string, cloudUrl: string, folder: string) => Promise<EnrolmentResult>;

/** `latchkey enroll CODE`: an identity for the gateway of a site file; a running daemon takes it up by
 *  itself. */
export async function enrolSite(
  code: string,
  {cloud, config, json}: EnrolOptions,
  machine: CommandMachine,
  enrol: Enrol,
): Promise<CommandResult> {
  const site = readSiteFile(config, machine);
  if (site.kind === 'problems') return failed(...site.problems);
  if (!/^https?:\/\/[^/]/.test(cloud)) {
    return failed(`${cloud} is no address of a cloud: http://HOST:PORT`);
  }
  const folder = identityFolder(site.config, site.pathOf);
  const result = await enrol(code, cloud, folder);
  if (json) {
    const line = JSON.stringify(shown(result, folder));
    return result.kind === 'enrolled' ? succeeded(line) : failed(line);
  }
  if (result.kind !== 'enrolled') return failed(sentence(result, cloud));
  const {gateway, tenant, broker} = result.identity;
  return succeeded(
    `enrolled as ${gateway} of ${tenant}`,
    `broker    ${broker}`,
    `identity  ${folder}`,
    'A running daemon connects within 10 s; otherwise start it with latchkey run.',
    ...('broker' in (site.config.cloud ?? {})
      ? ['warning: the site file names a broker of its own; remove its block cloud to use this one']
      : []),
  );
}

function shown(result: EnrolmentResult, folder: string): object {
  if (result.kind !== 'enrolled') return result;
  const {gateway, tenant, broker} = result.identity;
  return {kind: 'enrolled', gateway, tenant, broker, folder};
}

function sentence(result: Exclude<EnrolmentResult, {kind: 'enrolled'}>, cloud: string): string {
  switch (result.kind) {
    case 'no_code':
      return 'that is no code: 18 letters and digits, such as K7Q2M-9XWT-A3PD-5YH8Z';
    case 'unreachable':
      return `the cloud at ${cloud} was not reached (${result.why}); try the same code again`;
    case 'refused':
      return `the cloud refuses: ${result.title} (${result.code})`;
    case 'forged':
      return `the answer is not from the cloud that made the code (${result.why}); nothing was stored`;
  }
}
