/** A message as its reader sees it. */
interface SimLetter {
  readonly id: string;
  readonly to: string;
  readonly subject: string;
  readonly body: string;
}

/** A mail server behind the port that stands before one: each message once, by its id. */
export class SimMail {
  readonly #known = new Set<string>();
  readonly inbox: SimLetter[] = [];
  isUp = true;

  send(
    letter: SimLetter,
  ): Promise<
    | {readonly kind: 'sent'; readonly ref: string}
    | {readonly kind: 'failed'; readonly why: string; readonly isFinal: boolean}
  > {
    if (!this.isUp) return Promise.resolve({kind: 'failed', why: 'refused', isFinal: false});
    if (!this.#known.has(letter.id)) this.inbox.push(letter);
    this.#known.add(letter.id);
    return Promise.resolve({kind: 'sent', ref: `<${letter.id}@sim>`});
  }
}
