import {parseArgs} from 'node:util';
import {soakBath} from './soak-bath.js';
import {soakLease} from './soak-lease.js';
import {soakLedger} from './soak-ledger.js';
import {soakModel} from './soak-model.js';
import {soakOffline} from './soak-offline.js';

/*
 * `npm run soak`: the longest forms of what the tests of the scenarios do in short. Without a name, one
 * gateway and its cloud through random faults; `offline`, thirty days without a cloud; `ledger`, random
 * moves of money on PostgreSQL; `bath`, years of a bathhouse in which things break; `lease`, months of a leased
 * lot of 40 bays. Each ends with a line of JSON; Ctrl-C ends the bathhouse at its next midnight, with a verdict
 * over the days that were.
 */
const {values, positionals} = parseArgs({
  allowPositionals: true,
  options: {
    events: {type: 'string', default: '1000000'},
    operations: {type: 'string', default: '100000'},
    years: {type: 'string', default: '1'},
    months: {type: 'string', default: '1'},
    database: {type: 'string'},
    seed: {type: 'string', default: '1'},
  },
});
const options = {events: Number(values.events), seed: Number(values.seed)};
const tell = (line: string) => void process.stdout.write(`${line}\n`);
const DAYS_A_YEAR = 365;
/** 200,000 a year. */
const SHOWERS_A_DAY = 548;
/** As `edge/install/example-leased-lot.yaml`. */
const LEASED = {posts: 5, baysEach: 8};
const begunMs = performance.now();
const {findings, ...figures} = await run();
for (const finding of findings.slice(0, 20)) tell(finding);
const seconds = Math.round((performance.now() - begunMs) / 1000);
tell(JSON.stringify({...figures, findings: findings.length, seconds}));
if ('passed' in figures) tell(`${figures.passed} passed, ${figures.failed} failed`);
process.exitCode = findings.length === 0 ? 0 : 1;

function run() {
  const {database} = values;
  switch (positionals[0]) {
    case 'ledger':
      return soakLedger({operations: Number(values.operations), seed: options.seed, database});
    case 'bath': {
      const days = Math.round(Number(values.years) * DAYS_A_YEAR);
      let isEnough = false;
      process.once('SIGINT', () => {
        isEnough = true;
      });
      const bath = {days, showersPerDay: SHOWERS_A_DAY, seed: options.seed};
      return soakBath({...bath, isEnough: () => isEnough}, tell);
    }
    case 'lease':
      return soakLease({days: Math.round(30 * Number(values.months)), ...LEASED, ...options}, tell);
    case 'offline':
      return soakOffline(options, tell);
    default:
      return soakModel(options, tell);
  }
}
