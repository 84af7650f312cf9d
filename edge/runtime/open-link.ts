import type {ByteLink} from '../../drivers/port/byte-link.js';
import type {LinkConfig} from '../config/link-schema.js';

/** Makes the link that a place in the site file stands for; a simulated site makes others. */
export type OpenLink = (link: LinkConfig, name: string) => ByteLink;
