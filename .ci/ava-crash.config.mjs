// The tests that cut the power of simulated disks. As root. Their sites run in real time and mostly wait,
// so three files share two cores and the eight loop devices; the long ones begin.
const LONG = ['power-cut', 'kill', 'wrong-clock'];
const isLong = file => LONG.some(name => file.includes(name));

export default {
  files: ['dist/sim/crash/**/*.test.js'],
  workerThreads: false,
  concurrency: 3,
  sortTestFiles: (left, right) => isLong(right) - isLong(left),
  timeout: '300s',
  nodeArguments: ['--enable-source-maps'],
  environmentVariables: {UV_THREADPOOL_SIZE: '24'},
};
