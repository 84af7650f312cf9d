import {HOUR_MS} from '../../../protocols/base/units.js';
import {asId} from '../../../protocols/site/ids.js';
import type {Scene} from '../scene.js';

const BAY = 'D-026';
/** One and the same within 3 s is one showing. */
const SHOWN_AGAIN_MS = 3500;
const PURSE_FEN = 10_000;

/** Two consents, one QR code: it opens its bay, is refused with a car inside, and closes the bay behind him. */
export const LEASE_BY_QR: Scene = {
  title:
    'a lease that both agreed to opens its bay by QR code and closes it again, and no card is needed',
  fastStartMs: 1200,
  run: async stage => {
    const {site, scanner, platform, clock} = stage.live;
    const lock = site.lock(BAY);
    const tenant = await stage.personWith('陈小姐', PURSE_FEN);
    const fromMs = clock.wallMs();
    const lease = await platform.lease(tenant, BAY, {fromMs, untilMs: fromMs + 4 * HOUR_MS});
    stage.say(`tenant and lender agree on ${BAY}; her phone has a QR code`);
    const {book} = stage.live.edge.daemon.store;
    const isHeld = () => book.grantById(asId(lease.grant)) !== undefined;
    await stage.until('the gateway knows the lease', 8000, isHeld);
    stage.say('she holds it before the scanner of the leased row');
    scanner.show(lease.qr);
    await stage.until(`${BAY} is down`, 8000, () => lock.arm === 'down');
    const car = stage.car('粤B88888');
    stage.check('the car drives in', (await car.enter(site.bay(BAY))) === 'entered');
    const session = () => stage.state().bays.find(({id}) => id === BAY)?.session;
    await stage.until('the car is seen', 6000, () => session() === 'parked');
    await stage.sleep(SHOWN_AGAIN_MS);
    scanner.show(lease.qr);
    await stage.untilScreen('C4', BAY, 3000);
    stage.check('nothing rises under a car', site.commandTimes(BAY, 'raise').length === 0);
    await car.leave();
    await stage.until('the bay is seen empty', 9000, () => session() !== 'parked');
    await stage.sleep(SHOWN_AGAIN_MS);
    scanner.show(lease.qr);
    await stage.until('the arm is ordered up', 3000, () => {
      return site.commandTimes(BAY, 'raise').length > 0;
    });
    await stage.until(`${BAY} is closed`, 8000, () => lock.arm === 'up');
    const others = [...site.bays.keys()].filter(bay => bay.startsWith('D-') && bay !== BAY);
    stage.check(
      'no other bay of the row moved',
      others.every(bay => site.lock(bay).commands.length === 0),
    );
    stage.say(`she has closed ${BAY} behind her; the lease goes on`);
  },
};
