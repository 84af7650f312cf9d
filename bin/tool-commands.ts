import type {Command} from 'commander';
import {inJson} from '../edge/commands/command.js';
import type {DeviceReplaceOptions} from '../edge/commands/device-replace.js';
import {testDevice} from '../edge/commands/device-test.js';
import {type LogOptions, showLogs} from '../edge/commands/logs.js';
import type {PermitWish} from '../edge/commands/permit.js';
import type {systemMachine} from '../edge/commands/system-machine.js';
import {TEST_KINDS} from '../edge/device-test/contract.js';
import type {Host} from '../edge/platform/host.js';

type Machine = ReturnType<typeof systemMachine>;
const SITE = ['--config <file>', 'site file', 'site.yaml'] as const;
const JSON_LINE = ['--json', 'one line of JSON', false] as const;

interface TypedTest {
  readonly config: string;
  readonly json: boolean;
  readonly person: string;
  readonly seconds: string;
  readonly force: boolean;
}

/** `latchkey lock test` and its like, `latchkey device`, `latchkey logs` and `latchkey report`. */
export function addToolCommands(program: Command, host: Host, machine: Machine): void {
  for (const kind of TEST_KINDS) {
    program
      .command(kind)
      .description(`try one ${kind} alone`)
      .command('test')
      .description(
        'ask the device, try it, and print what went over the wire; marked as a test in the journal',
      )
      .argument('<device>', 'as the site file names it')
      .argument('[what]', 'of a lock: up, down or status', 'status')
      .option('--seconds <count>', 'how long water runs, or somebody is waited for', '20')
      .option('--person <id>', 'who tries it; kept on file', host.env('USER') ?? 'installer')
      .option('--force', 'also while it is occupied; the interlocks stay', false)
      .option(...SITE)
      .option(...JSON_LINE)
      .action(async (device: string, what: 'up' | 'down' | 'status', typed: TypedTest) => {
        const request = {...typed, kind, device, what, seconds: Number(typed.seconds)};
        host.finish(await testDevice(request, machine));
      });
  }
  addDeviceCommand(program, host, machine);
  addPermitCommands(program, host, machine);
  program
    .command('logs')
    .description('the log of the running daemon, filtered, at a level of your own')
    .option('-f, --follow', 'go on until Ctrl-C', false)
    .option('--device <id>', 'only what names this device', '')
    .option('--part <name>', 'only this part and what is below it', '')
    .option('--level <name>', 'debug, info, notice, warn, error or fatal', 'info')
    .option('--frames', 'the frames of the line of the device as well, in hex', false)
    .option(
      '--set-level <part=level>',
      'what the daemon writes of a part from now on; PART= ends it',
    )
    .option(...SITE)
    .option(...JSON_LINE)
    .action(async (options: LogOptions) => {
      let isStopped = false;
      host.onStop(() => {
        isStopped = true;
      });
      const screen = {print: (line: string) => host.print(line), isStopped: () => isStopped};
      host.finish(await showLogs(options, machine, screen));
    });
  program
    .command('report')
    .description('papers of the site')
    .command('site')
    .description(
      'the sheet that is handed over: devices, addresses, tests, room for photos, labels; HTML to print',
    )
    .argument('<file>', 'the HTML file to make')
    .option(...SITE)
    .option(...JSON_LINE)
    .action(async (file: string, options: {config: string; json: boolean}) => {
      const {reportSite} = await import('../edge/commands/report-site.js');
      const {writePrivate} = await import('../edge/commands/system-doctor.js');
      host.finish(await reportSite(file, options, machine, writePrivate));
    });
}

interface TypedPermit {
  readonly config: string;
  readonly json: boolean;
  readonly person: string;
  readonly seconds: string;
}

function addPermitCommands(program: Command, host: Host, machine: Machine): void {
  const permit = program
    .command('permit')
    .description('a window in which one new card or device is taken on; it closes by itself');
  const open = (name: string, said: string) =>
    permit
      .command(name)
      .description(said)
      .option('--seconds <count>', 'how long it is open, at most 254', '60')
      .option('--person <id>', 'who opens it; kept on file', host.env('USER') ?? 'installer')
      .option(...SITE)
      .option(...JSON_LINE);
  const finish = async (wish: PermitWish, typed: TypedPermit) => {
    const {permitOne} = await import('../edge/commands/permit.js');
    let isStopped = false;
    host.onStop(() => {
      isStopped = true;
    });
    const screen = {print: (line: string) => host.print(line), isStopped: () => isStopped};
    const options = {...typed, seconds: Number(typed.seconds)};
    host.finish(await permitOne(wish, options, machine, screen));
  };
  open('card', 'the next unknown card at a collector becomes the staff card of a person')
    .argument('<collector>', 'where it is shown')
    .requiredOption('--for <person>', 'whose card it is, as named under staff')
    .action((place: string, typed: TypedPermit & {for: string}) =>
      finish({kind: 'card', place, holder: typed.for}, typed),
    );
  open('device', 'the one unit that answers on a line and is not named goes into the site file')
    .argument('<line>', 'as named under buses')
    .requiredOption('--name <id>', 'what the site file is to call it')
    .option('--to <unit>', 'highest address to ask', '32')
    .action((place: string, typed: TypedPermit & {name: string; to: string}) =>
      finish({kind: 'device', place, name: typed.name, to: Number(typed.to)}, typed),
    );
}

function addDeviceCommand(program: Command, host: Host, machine: Machine): void {
  program
    .command('device')
    .description('the devices of a site')
    .command('replace')
    .description('a device was exchanged: it keeps name and history, and gets its new address')
    .argument('<device>', 'as the site file names it')
    .option('--address <where>', 'unit, port, host or serial number of the new one, if not the old')
    .option('--person <id>', 'who exchanges it; kept on file', host.env('USER') ?? 'installer')
    .option(...SITE)
    .option(...JSON_LINE)
    .action(async (device: string, options: DeviceReplaceOptions & {json: boolean}) => {
      const {replaceDevice} = await import('../edge/commands/device-replace.js');
      const result = await replaceDevice(device, options, machine);
      host.finish(options.json ? inJson(result) : result);
    });
}
