#!/usr/bin/env -S UV_THREADPOOL_SIZE=24 node
import {Command} from 'commander';
import {Host} from '../edge/platform/host.js';
import {errorText} from '../protocols/base/errors.js';
import {startLiveSite} from '../sim/story/live-site.js';
import {tellStory} from '../sim/story/story.js';

interface StoryOptions {
  readonly fast?: boolean;
  readonly language: 'zh-CN' | 'en';
  readonly page: string;
}

const host = new Host();

async function story({fast = false, language, page}: StoryOptions): Promise<void> {
  const end = new AbortController();
  const starting = startLiveSite({host, language, pagePort: Number(page)});
  let telling: Promise<boolean> | undefined;
  host.endWith(async () => {
    host.print('closing the site');
    end.abort();
    const live = await starting;
    await telling;
    await live.close();
  });
  const live = await starting;
  const {carrier, note} = live.ports;
  host.print(
    'Latchkey: 3 collectors and a leased row with 28 locks, a bath of 2 stalls, on five RS-485 lines at 9600 baud',
  );
  host.print(
    carrier === 'serial'
      ? 'the daemon reaches them through serialport on pseudo-terminals of this process'
      : `no serial ports can be made here, so the lines run over TCP (${note})`,
  );
  host.print(`local page  ${live.edge.pageUrl}`);
  host.print(`cloud API   ${live.cloud.url}`);
  host.print(`files       ${live.folder} (site.yaml, databases, latchkey.log)`);
  telling = tellStory({live, fast, print: line => host.print(line), signal: end.signal});
  const isTold = await telling;
  if (end.signal.aborted) return;
  if (!fast) {
    host.print(`the site keeps running: open ${live.edge.pageUrl}, end it with Ctrl-C`);
    return;
  }
  await live.close();
  host.exit(isTold ? 0 : 1);
}

const program = new Command('latchkey-sim')
  .description('A whole car park on this machine.')
  .enablePositionalOptions();
program
  .command('story')
  .description('start site, daemon and cloud, and tell what they do')
  .option('--fast', 'overlap the scenes, end with their count')
  .option('--language <language>', 'of displays and page: zh-CN or en', 'en')
  .option('--page <port>', 'port of the local page; 0 = any free one', '0')
  .action(async (options: StoryOptions) => {
    try {
      await story(options);
    } catch (thrown) {
      host.complain(errorText(thrown));
      host.exit(1);
    }
  });

program
  .command('with')
  .description(
    'one command of latchkey at a simulated site that runs, then the site is gone; what --sim does',
  )
  .argument('<command...>', 'as latchkey takes it')
  .option('--takes-config', 'the command reads a site file', false)
  .passThroughOptions()
  .action(async (typed: string[], {takesConfig}: {takesConfig: boolean}) => {
    const {atSimulatedSite} = await import('../sim/story/command-at-site.js');
    try {
      host.exit(await atSimulatedSite(typed, takesConfig, host));
    } catch (thrown) {
      host.complain(errorText(thrown));
      host.exit(1);
    }
  });

await program.parseAsync();
