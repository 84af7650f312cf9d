// The tests that cut the power of simulated disks. As root, one file at a time: they share the loop
// devices of the machine, and a site that runs in real time.
export default {
  files: ['dist/sim/crash/**/*.test.js'],
  workerThreads: false,
  concurrency: 1,
  timeout: '300s',
  nodeArguments: ['--enable-source-maps'],
  environmentVariables: {UV_THREADPOOL_SIZE: '24'},
};
