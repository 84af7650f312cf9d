// The folders of tests that `npm test` runs, each in a process of its own: see group-tests.mjs.
export default {
  files: ['dist/.tests/**/*.test.js'],
  workerThreads: false,
  concurrency: 2,
  serial: true,
  timeout: '120s',
  nodeArguments: ['--enable-source-maps'],
};
