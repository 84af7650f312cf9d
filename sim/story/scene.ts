import type {Millis} from '../../protocols/base/clock.js';
import type {Stage} from './stage.js';

/** One thing that the story shows, checked while it happens: `run` throws when it did not. */
export interface Scene {
  readonly title: string;
  /** When it begins in the fast story, where scenes overlap on different bays. */
  readonly fastStartMs: Millis;
  run(stage: Stage): Promise<void>;
}
