/** One message to one person. */
export interface NoticeMessage {
  /** The same at each try: whoever takes it delivers it once. */
  readonly id: string;
  /** An address, or a phone as `+8613800005678`. */
  readonly to: string;
  readonly subject: string;
  readonly body: string;
}

/**
 * `sent`: the provider has it; `ref` is what it calls it. `failed`: it was not taken, or nobody knows;
 * `isFinal`: and will never be.
 */
export type NoticeOutcome =
  | {readonly kind: 'sent'; readonly ref: string | null}
  | {readonly kind: 'failed'; readonly why: string; readonly isFinal: boolean};

/** Somebody who carries messages: a mail server, an SMS provider. Never throws. */
export interface NoticePort {
  send(message: NoticeMessage): Promise<NoticeOutcome>;
}

/** What there is; a channel without a port fails for good, and the next contact is told. */
export interface NoticePorts {
  readonly mail?: NoticePort | undefined;
  readonly sms?: NoticePort | undefined;
}
