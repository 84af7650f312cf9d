import type {MessageFeed} from '../../drivers/port/message-feed.js';

/** A broker of the site, with the password that the site file refers to. */
export interface FeedPlace {
  readonly broker: string;
  readonly user: {readonly name: string; readonly password: string} | undefined;
  /** Of the client at the broker: no other has it. */
  readonly clientId: string;
}

/** Makes the feed that a place in the site file stands for; a simulated site makes others. */
export type OpenFeed = (place: FeedPlace, name: string) => MessageFeed;
