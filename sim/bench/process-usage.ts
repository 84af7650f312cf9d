import {readFileSync} from 'node:fs';

/** `sysconf(_SC_CLK_TCK)` on every Linux that Node runs on. */
const TICKS_PER_S = 100;
const PAGE_BYTES = 4096;
/** Fields of `/proc/PID/stat` behind the name, which may hold blanks. Source: proc(5). */
const [USER_TICKS, SYSTEM_TICKS, RSS_PAGES] = [11, 12, 21];

/** What a process has used so far: processor time in s, memory now. */
export function usageOf(pid: number): {readonly cpuS: number; readonly rssMiB: number} {
  const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const field = (index: number) => Number(fields[index]);
  return {
    cpuS: (field(USER_TICKS) + field(SYSTEM_TICKS)) / TICKS_PER_S,
    rssMiB: (field(RSS_PAGES) * PAGE_BYTES) / 2 ** 20,
  };
}
