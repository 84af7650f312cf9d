import {type Disk, SYSTEM_DISK} from './disk.js';

/** A disk for tests: what lies in its folder before or after a commit is what a power cut leaves there. */
export function cuttable({
  before = () => {},
  after,
}: {
  readonly before?: () => void;
  readonly after: () => void;
}): Disk {
  return {
    ...SYSTEM_DISK,
    connect: (path, options) => {
      const database = SYSTEM_DISK.connect(path, options);
      const prepare = database.prepare.bind(database);
      database.prepare = ((sql: string) => {
        const statement = prepare(sql);
        if (sql !== 'COMMIT') return statement;
        const run = () => {
          before();
          const result = statement.run();
          after();
          return result;
        };
        return {run};
      }) as typeof database.prepare;
      return database;
    },
    partitionOf: path => SYSTEM_DISK.partitionOf(path),
  };
}
