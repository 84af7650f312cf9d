import type {TestReport, TestRequest} from '../device-test/contract.js';
import {type CommandMachine, type CommandResult, failed, inJson, succeeded} from './command.js';
import {findDaemon} from './daemon-client.js';

export interface TestOptions extends TestRequest {
  readonly config: string;
  readonly json: boolean;
}

const LOOK_EVERY_MS = 300;
/** Six tries of a lock, 5 s apart, after the device itself was asked. */
const SLACK_MS = 45_000;

/** `latchkey lock|reader|shower|counter|call test`: one device tried alone by the running daemon. Exit code 0 when it passed. */
export async function testDevice(
  {config, json, ...request}: TestOptions,
  machine: CommandMachine,
): Promise<CommandResult> {
  const found = findDaemon(config, machine);
  const told = (result: CommandResult) => (json ? inJson(result) : result);
  if (found.kind === 'problems') return told(failed(...found.problems));
  const {daemon} = found;
  const started = await daemon.act<{readonly run: string}>('/api/tools/test', request);
  if (started.kind === 'silent') return told(failed(started.why));
  const {run, error} = started.body;
  if (error) return told(failed(`refused: ${error.where}: expected ${error.expected}`));
  const {clock} = machine;
  const untilMs = clock.nowMs() + request.seconds * 1000 + SLACK_MS;
  while (clock.nowMs() < untilMs) {
    await clock.sleep(LOOK_EVERY_MS);
    const answer = await daemon.look<{readonly report: TestReport | null}>(
      `/api/tools/test/${run}`,
    );
    if (answer.kind === 'silent') return told(failed(answer.why));
    const {report} = answer.body;
    if (!report) continue;
    const lines = json ? [JSON.stringify(report)] : reportLines(report);
    return report.result === 'passed' ? succeeded(...lines) : failed(...lines);
  }
  return told(failed('the test did not end: look at the log of the daemon'));
}

function reportLines(report: TestReport): readonly string[] {
  const {kind, device, what, result, why, seen, roundTripMs, retries, frames} = report;
  const time = roundTripMs === null ? 'no answer' : `${roundTripMs.toFixed(1)} ms`;
  return [
    `${kind} ${device} ${what}: ${result}${why === '' ? '' : `: ${why}`}`,
    ...seen.map(line => `  ${line}`),
    `  round trip ${time}, ${retries} retries`,
    ...frames.map(({atMs, kind: way, hex}) => `  ${atMs.toFixed(1)} ${way.padEnd(4)} ${hex}`),
  ];
}
