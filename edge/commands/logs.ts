import type {WireFrame} from '../page/tool-routes.js';
import type {LogEntry} from '../platform/log-tap.js';
import {type CommandMachine, type CommandResult, failed, succeeded} from './command.js';
import {findDaemon} from './daemon-client.js';

export interface LogOptions {
  readonly config: string;
  readonly json: boolean;
  /** Go on until somebody stops it. */
  readonly follow: boolean;
  readonly device: string;
  readonly part: string;
  readonly level: string;
  /** Frames of the device's line as well, in hex. */
  readonly frames: boolean;
  /** `PART=LEVEL`, or `PART=` for the usual one: from now on, without a restart. */
  readonly setLevel?: string;
}

export interface LogScreen {
  print(line: string): void;
  isStopped(): boolean;
}

const LOOK_EVERY_MS = 500;
/** Without `-f`: what happens in this time. */
const GLANCE_MS = 3000;

interface Told {
  readonly entries: readonly LogEntry[];
  readonly frames: readonly WireFrame[];
  readonly next: number;
  readonly missed: number;
  readonly nowMs: number;
}

/** `latchkey logs`: the log of the running daemon as it is written, filtered, at a level of one's own. */
export async function showLogs(
  options: LogOptions,
  machine: CommandMachine,
  screen: LogScreen,
): Promise<CommandResult> {
  const found = findDaemon(options.config, machine);
  if (found.kind === 'problems') return failed(...found.problems);
  const {daemon} = found;
  const {setLevel, device, part, level, json} = options;
  if (setLevel !== undefined) {
    const [name = '', wanted = ''] = setLevel.split('=');
    const body = {part: name, level: wanted === '' ? null : wanted};
    const answer = await daemon.act<{readonly levels: object}>('/api/tools/log/level', body);
    if (answer.kind === 'silent') return failed(answer.why);
    const {error, levels} = answer.body;
    if (error) return failed(`refused: ${error.where}: expected ${error.expected}`);
    return succeeded(JSON.stringify(levels));
  }
  const {clock} = machine;
  const untilMs = options.follow ? Number.POSITIVE_INFINITY : clock.nowMs() + GLANCE_MS;
  const follower = `logs-${clock.wallMs()}`;
  let after: number | undefined;
  let framesMs: number | undefined;
  while (!screen.isStopped() && clock.nowMs() <= untilMs) {
    const query = new URLSearchParams({device, part, level, follower});
    if (after !== undefined) query.set('after', String(after));
    if (options.frames && framesMs !== undefined) query.set('frames', String(framesMs));
    const answer = await daemon.look<Told>(`/api/tools/log?${query}`);
    if (answer.kind === 'silent') return failed(answer.why);
    const {error, ...told} = answer.body;
    if (error) return failed(`refused: ${error.where}: expected ${error.expected}`);
    after = told.next;
    framesMs = told.nowMs;
    for (const line of linesOf(told, json)) screen.print(line);
    await clock.sleep(LOOK_EVERY_MS);
  }
  return succeeded();
}

function linesOf({entries, frames, missed}: Told, json: boolean): readonly string[] {
  if (json) return [...entries, ...frames].map(one => JSON.stringify(one));
  return [
    ...(missed > 0 ? [`(${missed} entries were too many to keep)`] : []),
    ...entries.map(
      ({time, level, part, event, fields}) =>
        `${time} ${level.padEnd(6)} ${part} ${event} ${JSON.stringify(fields)}`,
    ),
    ...frames.map(
      ({line, atMs, kind, hex}) => `${atMs.toFixed(1)} ${line} ${kind.padEnd(4)} ${hex}`,
    ),
  ];
}
