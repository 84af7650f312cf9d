/** A code as the platform shows it. */
export interface Code {
  readonly id: string;
  readonly site: string;
  readonly state: 'live' | 'running' | 'settled' | 'expired' | 'replaced' | 'cancelled';
  /** 0: his own; else that of a child. */
  readonly child: number;
  readonly heldFen: number;
  readonly expiresMs: number;
  readonly usedFen: number | null;
  readonly owedFen: number;
  readonly usedMl: number | null;
  readonly quality: 'good' | 'estimated';
  readonly refundedFen: number;
  readonly point: string | null;
  readonly openedMs: number | null;
  readonly stop: {readonly state: string} | null;
  readonly dispute: {readonly state: 'open' | 'refunded' | 'declined'} | null;
  readonly deliverable: string | null;
  readonly code?: string | undefined;
}

export function isCurrent({state}: Pick<Code, 'state'>): boolean {
  return state === 'live' || state === 'running';
}
