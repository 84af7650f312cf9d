import type {IsoWeekday} from '../../protocols/site/windows.js';
import {fenOf} from './format.js';

/** An offer as its form has it: texts, as they are typed. */
export interface OfferDraft {
  readonly offer: 'hourly' | 'lease';
  readonly days: readonly number[];
  readonly from: string;
  readonly to: string;
  readonly price: string;
  readonly termDays: string;
  readonly proof: string;
  readonly isPublic: boolean;
}

export const EMPTY_OFFER: OfferDraft = {
  ...{offer: 'hourly', days: [1, 2, 3, 4, 5], from: '08:30', to: '18:00', price: '6.00'},
  ...{termDays: '30', proof: '', isPublic: true},
};

/** The listing that it stands for; undefined: something in it is no day, hour or sum. A lease is for whole
 *  days, whatever the hours say. */
export function listingOf(
  draft: OfferDraft,
  {site, point}: {readonly site: string; readonly point: string},
) {
  const {offer, days, price, proof, isPublic} = draft;
  const [fromMinute, toMinute] = [minuteOf(draft.from), minuteOf(draft.to)];
  const priceFen = fenOf(price);
  const termDays = offer === 'lease' ? Number(draft.termDays) : null;
  const isTerm = termDays === null || (Number.isInteger(termDays) && termDays > 0);
  if (priceFen === undefined || fromMinute === undefined || toMinute === undefined)
    return undefined;
  if (!isTerm || proof.trim() === '' || (offer === 'hourly' && days.length === 0)) return undefined;
  const hours = {days: days as readonly IsoWeekday[] as IsoWeekday[], fromMinute, toMinute};
  const always = {days: [1, 2, 3, 4, 5, 6, 7] as IsoWeekday[], fromMinute: 0, toMinute: 1440};
  return {
    ...{site, point, offer, priceFen, termDays, isPublic, ownershipRef: proof.trim()},
    ...{minStayMs: null, maxStayMs: null},
    openings: {single: [], weekly: [offer === 'lease' ? always : hours]},
  };
}

/** `08:30` since midnight. */
function minuteOf(text: string): number | undefined {
  const [, hours, minutes] = /^(\d{2}):(\d{2})/.exec(text) ?? [];
  return hours === undefined ? undefined : Number(hours) * 60 + Number(minutes);
}
