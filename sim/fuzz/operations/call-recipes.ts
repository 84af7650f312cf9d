import {HOUR_MS, MINUTE_MS} from '../../../protocols/base/units.js';
import type {FuzzWorld} from './fuzz-world.js';
import type {Recipe} from './recipe.js';

const PLAN = {
  ...{repeatMs: MINUTE_MS, unansweredMs: 5 * MINUTE_MS, attendMs: 10 * MINUTE_MS},
  testMinute: 600,
};
const HOURS = [{days: [1, 2, 3, 4, 5], fromMinute: 480, toMinute: 1200}];

const atCall: Recipe = async world => ({params: {id: (await world.call()).id}});
const atContact = async (world: FuzzWorld) => {
  const {site, id: contact} = await world.contact();
  return {params: {site, contact}};
};
const siteOfCall: Recipe = async world => ({params: {site: (await world.call()).site}});

/** Calls at sites, and who is told of them. */
export const CALLS: Readonly<Record<string, Recipe>> = {
  'GET /v1/calls/{id}': atCall,
  'POST /v1/calls/{id}/acknowledgement': async world => {
    const {id, member} = await world.call();
    return {params: {id}, body: {member}};
  },
  'POST /v1/public/notice-answers': async world => ({
    ...{key: null, body: {code: (await world.call()).code}},
  }),
  'GET /v1/sites/{site}/call-notices': siteOfCall,
  'GET /v1/sites/{site}/call-notices/{id}': async world => {
    const {site, notice} = await world.call();
    return {params: {site, id: notice}};
  },
  'GET /v1/sites/{site}/response-times': async world => {
    const {site} = await world.call();
    const [fromMs, untilMs] = [world.nowMs - HOUR_MS, world.nowMs + HOUR_MS].map(String);
    return {params: {site}, query: {fromMs: fromMs ?? '', untilMs: untilMs ?? ''}};
  },
  'GET /v1/sites/{site}/call-contacts': async world => ({
    params: {site: (await world.contact()).site},
  }),
  'POST /v1/sites/{site}/call-contacts': async world => {
    const {id, wish} = await world.guard();
    return {params: {site: await world.station()}, body: {...wish, member: id, hours: HOURS}};
  },
  'GET /v1/sites/{site}/call-contacts/{contact}': atContact,
  'PATCH /v1/sites/{site}/call-contacts/{contact}': async world => ({
    ...(await atContact(world)),
    body: {afterMs: 2 * MINUTE_MS, hours: HOURS},
  }),
  'DELETE /v1/sites/{site}/call-contacts/{contact}': atContact,
  'PUT /v1/sites/{site}/call-plan': async world => ({
    ...{params: {site: await world.station()}, body: PLAN},
  }),
};
