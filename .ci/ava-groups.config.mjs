// What `npm test` runs: the tests of a folder in one process, one after the other. See group-tests.mjs.
// The kill test keeps both cores busy for a while, and the stories of whole sites are long: they begin.
const weight = file =>
  file.includes('sim_scenarios_crash') ? 2 : Number(file.includes('sim_scenarios'));

export default {
  files: ['dist/.tests/**/*.test.js'],
  workerThreads: false,
  concurrency: 2,
  serial: true,
  sortTestFiles: (left, right) => weight(right) - weight(left),
  timeout: '120s',
  nodeArguments: ['--enable-source-maps'],
};
