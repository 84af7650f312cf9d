import type {Origin} from './origins.js';

/** One event with what stood around it when it happened, to be numbered here for the first time. */
export interface CarriedEvent {
  readonly boot: string;
  readonly mono: number;
  readonly wall: number;
  readonly clk: string;
  readonly kind: string;
  /** JSON text. */
  readonly body: string;
  /** Where it stood in the journal that it comes from, if it got that far. */
  readonly origin?: Origin | undefined;
}
