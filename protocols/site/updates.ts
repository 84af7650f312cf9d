/** Why a release was never started. */
export type UpdateRefusal = 'signature' | 'damaged' | 'arch' | 'not_newer';

/** Why a release on trial went back. `interrupted`: its run ended before it had proven itself. */
export type UpdateRollback = 'devices' | 'cloud' | 'stuck' | 'interrupted';

/** What the cloud is told of releases of the gateway. */
export interface UpdateEventBodies {
  /** It proved itself for 2 min. */
  'update.applied': {readonly version: string; readonly from: string; readonly by: string};
  /** It did not: the release before runs again. */
  'update.rolled_back': {
    readonly version: string;
    readonly to: string;
    readonly why: UpdateRollback;
    readonly detail: string;
    /** The database was put back to where it stood before, since the release had changed its shape. */
    readonly restored: boolean;
  };
  /** It was never started. */
  'update.refused': {
    readonly version: string;
    readonly why: UpdateRefusal;
    readonly detail: string;
  };
}
