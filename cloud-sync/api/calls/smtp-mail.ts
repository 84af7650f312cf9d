import {createTransport} from 'nodemailer';
import type {Millis} from '../../../protocols/base/clock.js';
import {errorText} from '../../../protocols/base/errors.js';
import type {NoticeMessage, NoticeOutcome, NoticePort} from './notice-port.js';

export interface SmtpMailOptions {
  readonly host: string;
  readonly port: number;
  /** `implicit`: TLS from the first byte; `starttls`: nothing is said before it; `none`: only within this machine. */
  readonly tls: 'implicit' | 'starttls' | 'none';
  readonly login?: {readonly user: string; readonly password: string} | undefined;
  /** The sender's address. */
  readonly from: string;
}

/** A mail server that says nothing for so long is left; the notice is tried again. */
const SILENT_MS: Millis = 10_000;
/** What a server refuses of this message, and not of us: it will refuse it again. */
const OF_MESSAGE: ReadonlySet<unknown> = new Set(['EENVELOPE', 'EMESSAGE']);

/** A mail server that takes notices by SMTP. @see RFC 5321 (4.2.1 replies), RFC 3207, RFC 8314 */
export class SmtpMail implements NoticePort {
  readonly #transport: ReturnType<typeof createTransport>;
  readonly #from: string;

  constructor({host, port, tls, login, from}: SmtpMailOptions) {
    this.#from = from;
    this.#transport = createTransport({
      ...{host, port, secure: tls === 'implicit', requireTLS: tls === 'starttls'},
      ...(tls === 'none' && {ignoreTLS: true}),
      ...(login && {auth: {user: login.user, pass: login.password}}),
      ...{connectionTimeout: SILENT_MS, greetingTimeout: SILENT_MS, socketTimeout: SILENT_MS},
      // A notice holds text alone: nothing of it is to be fetched from disk or net.
      ...{disableFileAccess: true, disableUrlAccess: true},
    });
  }

  /** The id of the message is the same at each try, so that a reader's server shows it once. */
  async send({id, to, subject, body}: NoticeMessage): Promise<NoticeOutcome> {
    const domain = this.#from.slice(this.#from.lastIndexOf('@') + 1);
    const letter = {from: this.#from, to: {name: '', address: to}, subject, text: body};
    const headers = {'Auto-Submitted': 'auto-generated'};
    try {
      const messageId = `<${id}@${domain}>`;
      await this.#transport.sendMail({...letter, headers, messageId});
      return {kind: 'sent', ref: messageId};
    } catch (error) {
      return {kind: 'failed', why: errorText(error), isFinal: isFinal(error)};
    }
  }
}

/** 5xx about this message; a server that is busy, gone or does not let us in may be another tomorrow. */
function isFinal(error: unknown): boolean {
  const {code, responseCode} = error as {
    readonly code?: unknown;
    readonly responseCode?: unknown;
  };
  return OF_MESSAGE.has(code) && typeof responseCode === 'number' && responseCode >= 500;
}
