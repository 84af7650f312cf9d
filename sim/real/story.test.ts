import {spawn} from 'node:child_process';
import {existsSync} from 'node:fs';
import {fileURLToPath} from 'node:url';
import test from 'ava';

const PROGRAM = fileURLToPath(new URL('../../bin/latchkey-sim.js', import.meta.url));

function startStory(...options: readonly string[]) {
  const child = spawn(process.execPath, [PROGRAM, 'story', ...options], {
    env: {...process.env, UV_THREADPOOL_SIZE: '24'},
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (text: Buffer) => {
      output += text.toString();
    });
  }
  const ended = new Promise<number | null>(resolve => child.once('exit', resolve));
  return {child, ended, output: () => output};
}

test('the fast story ends with all scenes ok and exit code 0', async t => {
  t.timeout(120_000);
  const story = startStory('--fast');
  t.teardown(() => story.child.kill('SIGKILL'));
  t.is(await story.ended, 0, story.output());
  t.regex(story.output(), /^story: 7 scenes ok, 0 failed$/m);
});

test('a signal ends the story cleanly and leaves no files behind', async t => {
  t.timeout(60_000);
  const story = startStory();
  t.teardown(() => story.child.kill('SIGKILL'));
  const folder = () => /^files +(\S+)/m.exec(story.output())?.[1];
  while (!folder()) await new Promise(resolve => setTimeout(resolve, 50));
  story.child.kill('SIGINT');
  t.is(await story.ended, 0, story.output());
  t.regex(story.output(), /closing the site/);
  t.false(existsSync(folder() ?? '/'));
});
