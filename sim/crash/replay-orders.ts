import type {LockCommand, ParkingLock} from '../../drivers/parking-lock/contract.js';
import {SystemClock} from '../../edge/platform/system-clock.js';
import {LotRunner} from '../../edge/runtime/lot-runner.js';
import {SiteHardware} from '../../edge/runtime/site-hardware.js';
import type {BayId} from '../../protocols/site/ids.js';

/*
 * Loaded into a gateway for the mutant run: its recovery means well, and sends the command again that the
 * power cut overtook, as soon as the lock answers. An oracle that finds nothing wrong with that tests nothing.
 */
const HEARD_EVERY_MS = 50;
const clock = new SystemClock();
const {dispatch} = LotRunner.prototype;
const {open} = SiteHardware.prototype;
const left = new Map<BayId, LockCommand>();

LotRunner.prototype.dispatch = function (this: LotRunner, input) {
  if (input.kind === 'boot') {
    for (const {bay, desired, state} of input.open.actuations) {
      if (state !== 'interrupted') left.set(bay, desired === 'down' ? 'lower' : 'raise');
    }
  }
  dispatch.call(this, input);
};

SiteHardware.prototype.open = function (this: SiteHardware) {
  open.call(this);
  for (const [bay, command] of left) void sendAgain(this.locks.get(bay), command);
  left.clear();
};

async function sendAgain(lock: ParkingLock | undefined, command: LockCommand): Promise<void> {
  while (lock && lock.latest === undefined) await clock.sleep(HEARD_EVERY_MS);
  await lock?.command(command);
}
