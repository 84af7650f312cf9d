// Reads what dependency-cruiser found, and fails too when it found nothing to read.
import {readFileSync} from 'node:fs';

const {summary} = JSON.parse(readFileSync(process.argv[2], 'utf8'));
for (const {from, to, rule} of summary.violations) {
  process.stderr.write(`${rule.severity} ${rule.name}: ${from} -> ${to}\n`);
}
if (summary.totalCruised === 0) process.stderr.write('no module was read\n');
process.exitCode = summary.error > 0 || summary.totalCruised === 0 ? 1 : 0;
