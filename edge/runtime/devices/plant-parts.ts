import type {MessageFeed} from '../../../drivers/port/message-feed.js';
import type {FeedConfig} from '../../config/device-kinds/feeds.js';
import type {Plant} from './plant.js';
import type {DeviceParts} from './site-device.js';

/** What makers of devices that move, count and measure may use besides. */
export interface PlantParts extends DeviceParts {
  readonly plant: Plant;
  /** Hears which plate was surely read in the bay or at the gate that a camera sees; undefined: it sees none. */
  readonly onPlate: ((plate: string) => void) | undefined;
  /** A fire panel tells of a fire, or that it is over. */
  onFire(isStanding: boolean): void;
  /** Messages from a broker of the site; closed by the device. */
  openFeed(feed: FeedConfig): MessageFeed;
}
