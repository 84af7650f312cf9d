// The promises in their full length: a million events, ten thousand gateways. Alone on a quiet machine.
export default {
  files: ['dist/sim/long/**/*.test.js'],
  workerThreads: false,
  concurrency: 1,
  timeout: '30m',
  nodeArguments: ['--enable-source-maps'],
  environmentVariables: {UV_THREADPOOL_SIZE: '24'},
};
