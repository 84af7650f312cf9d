import {soakBath} from '../fuzz/soak-bath.js';
import {median, rounded} from './median.js';

const RUNS = 3;
const HOURS = 24;
/** 200,000 a year. */
const SHOWERS = 548;

/** A day of the 20-stall house: hours that a second of this machine lives through, and one of its processor. */
export async function run(): Promise<object> {
  const runs = [];
  for (let count = 0; count < RUNS; count += 1) {
    const [startMs, cpu] = [performance.now(), process.cpuUsage()];
    const {showers, findings} = await soakBath(
      {days: 1, showersPerDay: SHOWERS, seed: 1 + count},
      () => {},
    );
    const {user, system} = process.cpuUsage(cpu);
    const seconds = (performance.now() - startMs) / 1000;
    const cpuS = (user + system) / 1_000_000;
    runs.push({showers, findings: findings.length, perS: HOURS / seconds, perCpuS: HOURS / cpuS});
  }
  return {
    ...{bench: 'soak', stalls: 20},
    showers: median(runs.map(({showers}) => showers)),
    findings: runs.reduce((sum, {findings}) => sum + findings, 0),
    siteHoursPerS: rounded(median(runs.map(({perS}) => perS))),
    siteHoursPerCpuS: rounded(median(runs.map(({perCpuS}) => perCpuS))),
  };
}
