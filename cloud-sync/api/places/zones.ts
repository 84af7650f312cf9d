import {SiteZone} from '../../../protocols/site/zone.js';

/** Does this machine know a time zone of that name? */
export function isZone(name: string): boolean {
  try {
    new SiteZone(name);
    return true;
  } catch {
    return false;
  }
}
