import {readFileSync} from 'node:fs';
import {ConfigError, errorText} from '../../../protocols/base/errors.js';
import {HttpSms} from './http-sms.js';
import type {NoticePorts} from './notice-port.js';

/** How notices of calls are told on the command line. */
export interface NoticeOptions {
  /** Where people reach this cloud. */
  readonly publicUrl?: string;
  readonly smsUrl?: string;
  /** The key that the SMS provider gave us, as one line. */
  readonly smsKeyFile?: string;
}

export interface NoticeSite {
  readonly noticePorts?: NoticePorts;
  readonly publicUrl?: string;
}

const LOOPBACK = new Set(['127.0.0.1', 'localhost', '[::1]']);

/** Who carries notices; without anybody webhooks alone tell of calls. `send` gives up by itself when no answer
 *  comes. @throws ConfigError `config/notices` */
export function noticeSite(
  {publicUrl, smsUrl, smsKeyFile}: NoticeOptions,
  send: (request: Request) => Promise<Response>,
): NoticeSite {
  const isHalf = (smsUrl === undefined) !== (smsKeyFile === undefined);
  if (isHalf) throw wrong('--sms-url and --sms-key-file go together');
  return {
    ...(publicUrl !== undefined && {publicUrl: safeUrl(publicUrl, '--public-url')}),
    ...(smsUrl !== undefined &&
      smsKeyFile !== undefined && {
        noticePorts: {
          sms: new HttpSms({url: safeUrl(smsUrl, '--sms-url'), key: keyIn(smsKeyFile), send}),
        },
      }),
  };
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

function keyIn(path: string): string {
  let key: string;
  try {
    key = readFileSync(path, 'utf8').trim();
  } catch (error) {
    throw wrong(`--sms-key-file ${path}: ${errorText(error)}`, error);
  }
  if (/^[\x21-\x7e]+$/.test(key)) return key;
  throw wrong(`--sms-key-file ${path}: expected one line of visible characters`);
}

function wrong(text: string, cause?: unknown): ConfigError {
  return new ConfigError('config/notices', text, {}, cause);
}
