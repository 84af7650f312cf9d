import {execFile} from 'node:child_process';
import {UsageError} from '../../protocols/base/errors.js';

/** Run a program of the system and hand back what it printed. @throws UsageError `crash/tool` */
export function tool(command: string, ...args: readonly string[]): Promise<string> {
  return new Promise((resolve, reject) => {
    execFile(command, args, {maxBuffer: 2 ** 26}, (error, stdout, stderr) => {
      if (!error) return resolve(stdout.trim());
      const text = `${command} ${args.join(' ')}: ${stderr.trim() || error.message}`;
      reject(new UsageError('crash/tool', text, {command}, error));
    });
  });
}
