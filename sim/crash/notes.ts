/**
 * What somebody outside the gateway was told or saw, each with the length of the disk's log at that
 * moment: whatever it rests on must be on every disk that is cut at or after it.
 */
export type Note = {readonly at: number} & (
  | {readonly kind: 'phase'; readonly phase: Phase}
  /** A frame that moves an arm came out of the gateway. */
  | {readonly kind: 'frame'; readonly bay: string; readonly command: 'lower' | 'raise'}
  /** The cloud has committed an event. `body`: its JSON text. */
  | {
      readonly kind: 'event';
      readonly epoch: string;
      readonly seq: number;
      readonly event: string;
      readonly body: string;
    }
  /** An HTTP answer or a command's result said done; `marker` stands in the event that it rests on. */
  | {readonly kind: 'told'; readonly marker: string}
  /** A token or code that is good once. `use`: under which its use is stored. */
  | {readonly kind: 'issued'; readonly grant: string; readonly use: string}
  /** It was held before a scanner or typed. */
  | {readonly kind: 'shown'; readonly grant: string}
  /** A person was told what became of a site file, by its hash. */
  | {readonly kind: 'siteFile'; readonly sha: string; readonly result: SiteFileResult}
  /** The gateway reported that it holds this version of the grants. */
  | {readonly kind: 'grants'; readonly version: number}
);

/** What the gateway was doing. `apply`: a whole state of the grants is on its way. */
export type Phase = 'boot' | 'apply' | 'run';

/** `staged`: sound and on the disk. */
export type SiteFileResult = 'staged' | 'rolled_back' | 'applied';

export interface NotedFrame {
  readonly bay: string;
  readonly command: 'lower' | 'raise';
}
