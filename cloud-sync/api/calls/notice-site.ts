import {readFileSync} from 'node:fs';
import {ConfigError, errorText} from '../../../protocols/base/errors.js';
import {HttpSms} from './http-sms.js';
import type {NoticePorts} from './notice-port.js';
import {SmtpMail} from './smtp-mail.js';

/** How notices of calls are told on the command line. */
export interface NoticeOptions {
  /** Where people reach this cloud. */
  readonly publicUrl?: string;
  readonly smsUrl?: string;
  /** The key that the SMS provider gave us, as one line. */
  readonly smsKeyFile?: string;
  /** `smtp(s)://[USER@]HOST[:PORT]` */
  readonly smtp?: string;
  /** Address that mail comes from. */
  readonly smtpFrom?: string;
  /** Password of that user, as one line. */
  readonly smtpPasswordFile?: string;
}

export interface NoticeSite {
  readonly noticePorts?: NoticePorts;
  readonly publicUrl?: string;
}

/** @see RFC 8314, 3.3: submission, and submission over TLS. */
const SMTP_PORTS: ReadonlyMap<string, number> = new Map([
  ['smtp:', 587],
  ['smtps:', 465],
]);
const ADDRESS = /^[^\s@<>]+@[^\s@<>]+$/;
const LOOPBACK = new Set(['127.0.0.1', 'localhost', '[::1]']);

/** Who carries notices; without anybody webhooks alone tell of calls. `send` gives up by itself when no answer
 *  comes. @throws ConfigError `config/notices` */
export function noticeSite(
  options: NoticeOptions,
  send: (request: Request) => Promise<Response>,
): NoticeSite {
  const {publicUrl} = options;
  const [sms, mail] = [smsOf(options, send), mailOf(options)];
  return {
    ...(publicUrl !== undefined && {publicUrl: safeUrl(publicUrl, '--public-url')}),
    ...((sms || mail) && {noticePorts: {...(sms && {sms}), ...(mail && {mail})}}),
  };
}

function smsOf(
  {smsUrl, smsKeyFile}: NoticeOptions,
  send: (request: Request) => Promise<Response>,
): HttpSms | undefined {
  const isHalf = (smsUrl === undefined) !== (smsKeyFile === undefined);
  if (isHalf) throw wrong('--sms-url and --sms-key-file go together');
  if (smsUrl === undefined || smsKeyFile === undefined) return undefined;
  const key = keyIn(smsKeyFile, '--sms-key-file');
  return new HttpSms({url: safeUrl(smsUrl, '--sms-url'), key, send});
}

function mailOf({smtp, smtpFrom, smtpPasswordFile}: NoticeOptions): SmtpMail | undefined {
  if ((smtp === undefined) !== (smtpFrom === undefined)) {
    throw wrong('--smtp and --smtp-from go together');
  }
  if (smtp === undefined || smtpFrom === undefined) return undefined;
  if (!ADDRESS.test(smtpFrom)) throw wrong(`--smtp-from ${smtpFrom}: expected NAME@HOST`);
  const url = URL.canParse(smtp) ? new URL(smtp) : undefined;
  const usualPort = url && SMTP_PORTS.get(url.protocol);
  const isPlain = url && url.pathname.length <= 1 && url.search + url.hash + url.password === '';
  if (!url || usualPort === undefined || !isPlain || url.hostname === '') {
    throw wrong('--smtp: expected smtp(s)://[USER@]HOST[:PORT], its password in a file');
  }
  const user = decodeURIComponent(url.username);
  if ((user !== '') !== (smtpPasswordFile !== undefined)) {
    throw wrong('a user in --smtp and --smtp-password-file go together');
  }
  const plain = LOOPBACK.has(url.hostname) ? 'none' : 'starttls';
  return new SmtpMail({
    host: url.hostname.replace(/^\[(.*)\]$/, '$1'),
    port: url.port === '' ? usualPort : Number(url.port),
    tls: url.protocol === 'smtps:' ? 'implicit' : plain,
    from: smtpFrom,
    ...(smtpPasswordFile !== undefined && {
      login: {user, password: keyIn(smtpPasswordFile, '--smtp-password-file')},
    }),
  });
}

function safeUrl(text: string, option: string): string {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  const isSafe =
    url?.protocol === 'https:' || (url?.protocol === 'http:' && LOOPBACK.has(url.hostname));
  if (!url || !isSafe || url.username !== '' || url.hash !== '') {
    throw wrong(`${option} ${url?.host ?? text}: expected https://HOST/PATH`);
  }
  return url.href;
}

function keyIn(path: string, option: string): string {
  let key: string;
  try {
    key = readFileSync(path, 'utf8').trim();
  } catch (error) {
    throw wrong(`${option} ${path}: ${errorText(error)}`, error);
  }
  if (/^[\x21-\x7e]+$/.test(key)) return key;
  throw wrong(`${option} ${path}: expected one line of visible characters`);
}

function wrong(text: string, cause?: unknown): ConfigError {
  return new ConfigError('config/notices', text, {}, cause);
}
