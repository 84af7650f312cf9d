import type {PageConfig} from '../page/view.js';

/** Site files on their way into force, as the page shows them. */
export interface ConfigView {
  picture(): PageConfig;
  /** Call `listener` after every change, until the returned function is called. */
  onReport(listener: () => void): () => void;
}
