/** Why a new site file was never tried. `base`: it replaces another file than the one in force. */
export type ConfigRefusal = 'problems' | 'base' | 'busy' | 'not_stored';

/** Why a site file on trial went back. `interrupted`: two starts in a row did not live to its end. */
export type ConfigRollback =
  | 'devices'
  | 'cloud'
  | 'start'
  | 'interrupted'
  | 'person'
  | 'not_stored';

/** Which site file an event speaks of, and whence it came. */
interface ConfigOrigin {
  readonly sha256: string;
  /** Of the cloud; 0: applied on the spot. */
  readonly version: number;
  readonly by: string;
}

/** What the cloud is told of site files that were tried, or were not. */
export interface ConfigEventBodies {
  /** A new site file proved itself and is in force. */
  'config.applied': ConfigOrigin & {
    readonly previous: string;
    /** Devices that answered before it, and those of them that do no more. */
    readonly answered: number;
    readonly gone: number;
  };
  'config.rolled_back': ConfigOrigin & {
    readonly why: ConfigRollback;
    readonly answered: number;
    readonly gone: number;
    /** The first of those that are gone. */
    readonly devices: readonly string[];
    readonly detail: string;
  };
  'config.refused': ConfigOrigin & {
    readonly why: ConfigRefusal;
    /** The first of them, as `latchkey config check` prints them. */
    readonly problems: readonly string[];
  };
}
