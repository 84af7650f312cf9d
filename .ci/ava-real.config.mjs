// The tests that need real serial ports, foreign programs and real time. One file at a time: they
// share the two or three processes of the machine, and their time limits are real. Stages and lanes of it: test-real.
export default {
  files: ['dist/sim/real/**/*.test.js'],
  workerThreads: false,
  concurrency: 1,
  timeout: '180s',
  nodeArguments: ['--enable-source-maps'],
  environmentVariables: {UV_THREADPOOL_SIZE: '24'},
};
