import type {World} from '../world.js';
import type {WorldCloud} from './world-cloud.js';

/** Every hour of the week. */
const ALWAYS = {
  weekly: [{days: [1, 2, 3, 4, 5, 6, 7], fromMinute: 0, toMinute: 1440}],
};

/** In the middle of Guangzhou. */
const LOT = {
  ...{name: '一号停车场', kind: 'public', zone: 'Asia/Shanghai'},
  ...{latE7: 231_290_000, lngE7: 1_132_640_000},
};

/** The cloud of a world that has one. */
export function cloudOf(world: World): WorldCloud {
  if (!world.cloud) throw new Error('this world has no cloud');
  return world.cloud;
}

/** Put a lot on the platform: the site with its gateway, and each bay offered to anybody at every hour. */
export async function putOnPlatform(
  world: World,
  bays: readonly string[],
  {site = 'lot-1', gateway = 'gw-1'}: {readonly site?: string; readonly gateway?: string} = {},
): Promise<void> {
  const cloud = cloudOf(world);
  await cloud.send('POST', '/v1/sites', {body: {id: site, ...LOT}});
  await cloud.send('PUT', `/v1/sites/${site}/gateways/${gateway}`);
  for (const bay of bays) {
    const body = {id: bay, kind: 'bay', gateway};
    await cloud.send('POST', `/v1/sites/${site}/points`, {body});
    await cloud.send('POST', '/v1/listings', {
      body: {
        ...{site, point: bay, ownershipRef: 'lot', priceFen: 600, isPublic: true},
        openings: ALWAYS,
      },
      headers: {'idempotency-key': `offer-${site}-${bay}`},
    });
  }
}
