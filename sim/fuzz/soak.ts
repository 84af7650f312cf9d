import {parseArgs} from 'node:util';
import {soakModel} from './soak-model.js';
import {soakOffline} from './soak-offline.js';

/*
 * `npm run soak`: the longest forms of what the tests of the scenarios do in short. Without a name, one
 * gateway and its cloud through random faults; `offline`, thirty days without a cloud. Each ends with a
 * line of JSON.
 */
const {values, positionals} = parseArgs({
  allowPositionals: true,
  options: {
    events: {type: 'string', default: '1000000'},
    seed: {type: 'string', default: '1'},
  },
});
const options = {events: Number(values.events), seed: Number(values.seed)};
const run = positionals[0] === 'offline' ? soakOffline : soakModel;
const begunMs = performance.now();
const {findings, ...figures} = await run(options, line => void process.stdout.write(`${line}\n`));
for (const finding of findings.slice(0, 20)) process.stdout.write(`${finding}\n`);
const seconds = Math.round((performance.now() - begunMs) / 1000);
process.stdout.write(`${JSON.stringify({...figures, findings: findings.length, seconds})}\n`);
process.exitCode = findings.length === 0 ? 0 : 1;
