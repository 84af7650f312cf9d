// Allowed imports, one rule per layer. Lies as .dependency-cruiser.cjs at the top of the project.
const TEST = '\\.test\\.ts$';
/** What tests of one folder share: it stands beside them, and nothing else imports it. */
const RIG = '-rig\\.ts$';
const SIM_TOP = '^sim/(world\\.ts$|scenarios/|story/|real/|crash/|hardware/|bench/|fuzz/)';
const forbid = (name, from, to) => ({name, severity: 'error', from, to});
module.exports = {
  forbidden: [
    forbid('no-cycles', {}, {circular: true}),
    forbid(
      'protocols-import-nothing',
      {path: '^protocols/', pathNot: [TEST, '^protocols/cloud/']},
      {pathNot: ['^protocols/', '^(node:)?crypto$']},
    ),
    forbid(
      'zod-in-cloud-contract',
      {path: '^protocols/cloud/', pathNot: TEST},
      {pathNot: ['^protocols/', 'node_modules/zod/', '^(node:)?crypto$']},
    ),
    forbid(
      'drivers-see-protocols',
      {path: '^drivers/', pathNot: TEST},
      {path: '^(edge|sim|cloud-sync|bin)/'},
    ),
    forbid(
      'serialport-in-one-place',
      {pathNot: ['^drivers/port/', SIM_TOP, TEST]},
      {path: 'node_modules/(@serialport|serialport)/'},
    ),
    forbid(
      'node-hid-in-one-place',
      {pathNot: ['^drivers/port/hid-port\\.ts$', SIM_TOP, TEST]},
      {path: 'node_modules/node-hid/'},
    ),
    forbid(
      'mqtt-in-one-driver',
      {path: '^drivers/', pathNot: ['^drivers/port/mqtt-feed\\.ts$', TEST]},
      {path: 'node_modules/mqtt/'},
    ),
    forbid(
      'domain-sees-contracts',
      {path: '^edge/domain/', pathNot: TEST},
      {pathNot: ['^edge/domain/', '^protocols/(base|site)/', '^drivers/[^/]+/contract\\.ts$']},
    ),
    forbid(
      'sqlite-in-two-places',
      {pathNot: ['^edge/store/', '^cloud-sync/api/store/', SIM_TOP, TEST]},
      {path: 'node_modules/better-sqlite3/'},
    ),
    forbid(
      'edge-never-sees-cloud-or-sim',
      {path: '^edge/', pathNot: [TEST, RIG]},
      {path: '^(sim|cloud-sync|bin)/'},
    ),
    forbid(
      'sync-sees-protocols',
      {path: '^cloud-sync/', pathNot: [TEST, RIG]},
      {path: '^(edge|drivers|sim|bin)/'},
    ),
    forbid(
      'sim-devices-see-contracts',
      {path: '^sim/', pathNot: [SIM_TOP, TEST]},
      {
        path: '^(edge|drivers|cloud-sync|bin)/',
        pathNot: '^drivers/(port/byte-link|[^/]+/contract)\\.ts$',
      },
    ),
    forbid('only-tests-import-rigs', {pathNot: [TEST, RIG, SIM_TOP]}, {path: RIG}),
    forbid('nobody-imports-bin', {pathNot: '^bin/'}, {path: '^bin/'}),
    forbid(
      'production-never-imports-tests',
      {pathNot: [TEST, SIM_TOP, '^bin/latchkey-sim\\.ts$']},
      {path: ['\\.test\\.ts$', '^sim/(scenarios|story|real|crash|hardware|bench|fuzz)/']},
    ),
  ],
  options: {
    tsConfig: {fileName: 'tsconfig.json'},
    tsPreCompilationDeps: true,
    doNotFollow: {path: 'node_modules'},
  },
};
