import type {MessageFeed, MessageFeedListener} from './message-feed.js';

export interface LateFeedOptions {
  readonly name: string;
  /** Reads the client's code and makes the feed; called once. */
  readonly load: () => Promise<MessageFeed>;
}

/**
 * A feed whose client is read only when it is opened: it is large, and at a start everything on
 * serial lines comes first.
 */
export class LateFeed implements MessageFeed {
  readonly name: string;
  readonly #load: () => Promise<MessageFeed>;
  #feed: MessageFeed | undefined;
  #opening: Promise<void> | undefined;
  #isClosed = false;

  constructor({name, load}: LateFeedOptions) {
    this.name = name;
    this.#load = load;
  }

  get isUp(): boolean {
    return this.#feed?.isUp ?? false;
  }

  open(topics: readonly string[], listener: MessageFeedListener): void {
    this.#opening ??= this.#begin(topics, listener);
  }

  publish(topic: string, payload: Uint8Array): boolean {
    return this.#feed?.publish(topic, payload) ?? false;
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    await this.#opening;
    await this.#feed?.close();
  }

  async #begin(topics: readonly string[], listener: MessageFeedListener): Promise<void> {
    const feed = await this.#load();
    if (this.#isClosed) return;
    this.#feed = feed;
    feed.open(topics, listener);
  }
}
