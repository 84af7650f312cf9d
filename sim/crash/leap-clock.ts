import process from 'node:process';

/*
 * Loaded into a gateway whose alarms last longer than a test may: at SIGUSR2 its own clock is eleven
 * minutes on, as it is for a process that a machine did not run for so long.
 */
const LEAP_MS = 11 * 60_000;
const now = performance.now.bind(performance);
let leaptMs = 0;
performance.now = () => now() + leaptMs;
process.on('SIGUSR2', () => {
  leaptMs += LEAP_MS;
});
