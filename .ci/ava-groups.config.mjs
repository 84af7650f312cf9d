// What `npm test` runs in two lanes: the tests of a folder in one process, one after the other. See group-tests.mjs.
export default {
  files: ['dist/.tests/**/*.test.js'],
  workerThreads: false,
  serial: true,
  timeout: '120s',
  nodeArguments: ['--enable-source-maps'],
};
