import {join} from 'node:path';
import {UsageError} from '../../../protocols/base/errors.js';
import type {Check} from '../run-checks.js';
import {GatewayGuest, type GatewayGuestOptions} from './gateway-guest.js';
import {DATA_FOLDER} from './gateway-site.js';

export interface Releases {
  /** As it was installed. */
  readonly first: string;
  /** A good one, as a package of Debian on the stick. */
  readonly second: string;
  /** It ends as soon as it is started. */
  readonly broken: string;
}

/** A guest from its first power to its last, and what is proven of it on the way. */
export interface Story {
  readonly guest: GatewayGuest;
  readonly checks: readonly Check[];
}

const DECIDING_LIMIT_MS = 10_000;
const CALL_LIMIT_MS = 300_000;
const WATCHDOG_LIMIT_MS = 900_000;
/** Its start, the 30 s in which nothing is judged, and a package that is looked at. */
const SWITCH_LIMIT_MS = 900_000;
const TRIAL_LIMIT_MS = 900_000;
const STATUS = `latchkey status --config ${DATA_FOLDER}/site.yaml`;
const MOUNT = 'mountpoint -q /media/stick || mount -o ro /dev/vdb /media/stick';
const OPT = '/opt/latchkey';

function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(1)} s`;
}

/** Box out of the box: its first start, a daemon that hangs, and a plug that is pulled. */
export function firstDays(options: GatewayGuestOptions): Story {
  const guest = new GatewayGuest({...options, folder: join(options.folder, 'first-days')});
  const checks: readonly Check[] = [
    {
      name: '~I-12 the package as dpkg installed it: from the start of the daemon to deciding in 10 s at the first boot',
      run: async () => {
        await guest.powerOn();
        return decidesInTime(guest);
      },
    },
    {
      name: '~I-9 a daemon that hangs is killed by the watchdog, and decides again',
      run: async () => {
        const from = guest.console.length;
        const pid = await guest.told('systemctl show latchkey --value -p MainPID');
        const stoppedMs = await uptimeMs(guest);
        await guest.told(`kill -STOP ${pid}`);
        await guest.said('Watchdog timeout', WATCHDOG_LIMIT_MS, from);
        const {readyMs} = await guest.decides(from);
        await guest.devices.isDecided();
        return `${seconds(readyMs - stoppedMs)} without a decision`;
      },
    },
    {
      name: '~E15 the power goes while it runs: it decides again, and a call of before is still there',
      run: async () => {
        guest.devices.button.press();
        await guest.until(
          'the call is there',
          `${STATUS} | grep -q 'alarm .*EMERGENCY'`,
          CALL_LIMIT_MS,
        );
        await guest.powerCut();
        await guest.powerOn();
        const said = await decidesInTime(guest);
        await guest.until(
          'the call is there',
          `${STATUS} | grep -q 'alarm .*EMERGENCY'`,
          CALL_LIMIT_MS,
        );
        return said;
      },
    },
  ];
  return {guest, checks};
}

/** A second release, brought as a package of Debian; the power goes at each of its steps. */
export function updates(options: GatewayGuestOptions, {first, second, broken}: Releases): Story {
  const guest = new GatewayGuest({...options, folder: join(options.folder, 'updates')});
  const cutAnd = async (): Promise<string> => {
    await guest.powerCut();
    await guest.powerOn();
    await guest.booted();
    await guest.decides();
    return runsWhole(guest);
  };
  const checks: readonly Check[] = [
    {
      name: '~E16 ~I-13 a newer package waits for its moment, and the power goes while it is unpacked: one whole release runs',
      run: async () => {
        await guest.powerOn();
        await guest.booted();
        await guest.decides();
        await guest.told(`${MOUNT}; dpkg -i /media/stick/*.deb`);
        await guest.said('update.due', SWITCH_LIMIT_MS, 0);
        await guest.until('it is unpacked', `[ -e ${OPT}/releases/.draft/app ]`, SWITCH_LIMIT_MS);
        return `${await cutAnd()} runs`;
      },
    },
    {
      name: '~I-13 the power goes while the new one is on trial: the one before runs',
      run: async () => {
        await links(guest, {current: second, sound: first});
        const runs = await cutAnd();
        await links(guest, {current: first, sound: first});
        return `${runs} runs`;
      },
    },
    {
      name: '~I-13 it lives through its trial of 2 min: it stays, at the next start too',
      run: async () => {
        const from = guest.console.length;
        await guest.told(`latchkey update /usr/share/latchkey/release.tar.gz --by proof`);
        await guest.said('update.sound', SWITCH_LIMIT_MS + TRIAL_LIMIT_MS, from);
        const restarted = guest.console.length;
        await guest.told('systemctl restart --no-block latchkey');
        await guest.decides(restarted);
        await links(guest, {current: second, sound: second});
        await guest.devices.isDecided();
        return `${await runsWhole(guest)} runs`;
      },
    },
    {
      name: '~I-13 a release that ends at its start: the one before runs',
      run: async () => {
        const from = guest.console.length;
        const file = `/media/stick/latchkey-${broken}-x64.tar.gz`;
        await guest.told(`${MOUNT}; latchkey update ${file} --by proof`);
        const back = `goes back to ${second}: interrupted`;
        await guest.said(back, SWITCH_LIMIT_MS + TRIAL_LIMIT_MS, from);
        await guest.decides(guest.console.indexOf(back, from));
        await links(guest, {current: second, sound: second});
        await guest.devices.isDecided();
        return `${await runsWhole(guest)} runs`;
      },
    },
  ];
  return {guest, checks};
}

/** A release after which nothing on the line answers any more. */
export function goneDevices(options: GatewayGuestOptions, releases: Releases): Story {
  const guest = new GatewayGuest({...options, folder: join(options.folder, 'gone')});
  const {first, second} = releases;
  const checks: readonly Check[] = [
    {
      name: '~I-13 after an update the devices are gone: the gate is shut and the release before runs',
      run: async () => {
        await guest.powerOn();
        await guest.booted();
        await guest.decides();
        await guest.devices.isDecided();
        await guest.told(`${MOUNT}; dpkg -i /media/stick/*.deb`);
        await guest.said('update.due', SWITCH_LIMIT_MS, 0);
        guest.devices.cutLine();
        await guest.said(`tries ${second}`, SWITCH_LIMIT_MS, 0);
        await guest.said('update.failed', TRIAL_LIMIT_MS, 0);
        guest.devices.mendLine();
        const failed = guest.console.length;
        await guest.said(`goes back to ${first}: devices`, SWITCH_LIMIT_MS, failed);
        await guest.decides(failed);
        await links(guest, {current: first, sound: first});
        await guest.devices.isDecided();
        return `${await runsWhole(guest)} runs`;
      },
    },
  ];
  return {guest, checks};
}

async function decidesInTime(guest: GatewayGuest): Promise<string> {
  await guest.booted();
  const {startMs, mainMs, readyMs} = await guest.decides();
  await guest.devices.isDecided();
  const tookMs = readyMs - startMs;
  if (!(tookMs <= DECIDING_LIMIT_MS)) {
    throw new UsageError('hardware/late', `${seconds(tookMs)} from the start of the service`);
  }
  return `${seconds(tookMs)}, ${seconds(readyMs - mainMs)} of it the daemon; ${seconds(readyMs)} after power`;
}

async function uptimeMs(guest: GatewayGuest): Promise<number> {
  return Number(await guest.told('cut -d" " -f1 /proc/uptime')) * 1000;
}

async function links(
  guest: GatewayGuest,
  wanted: {readonly current: string; readonly sound: string},
): Promise<void> {
  const found = await guest.links();
  if (found.current === wanted.current && found.sound === wanted.sound) return;
  const [is, should] = [found, wanted].map(link => JSON.stringify(link));
  throw new UsageError('hardware/release', `wanted ${should}, there is ${is}`);
}

/** Every file of the release that runs is the one that was signed. @returns which release it is */
async function runsWhole(guest: GatewayGuest): Promise<string> {
  const check = 'sha256sum --check --quiet --strict SHA256SUMS';
  const {current} = await guest.links();
  await guest.told(`cd ${OPT}/releases/${current} && ${check}`);
  const pid = await guest.told('systemctl show latchkey --value -p MainPID');
  const program = await guest.told(`readlink /proc/${pid}/exe`);
  if (program === `${OPT}/releases/${current}/node`) return current;
  throw new UsageError('hardware/release', `${program} runs, ${current} should`);
}
