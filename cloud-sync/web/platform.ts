/*
 * All that the client takes from the browser: clock, timers, storage, address. Nothing else here asks
 * for the time, and no view keeps anything by itself.
 */

/** Where something is kept: until the tab ends, or on this device until somebody signs out. */
export type Shelf = 'tab' | 'device';

export function wallMs(): number {
  return Date.now();
}

/** Gives what stops it. */
export function every(ms: number, work: () => void): () => void {
  const timer = setInterval(work, ms);
  return () => clearInterval(timer);
}

export function kept(name: string): string | undefined {
  for (const shelf of shelves()) {
    const value = shelf.getItem(`latchkey.${name}`);
    if (value !== null) return value;
  }
  return undefined;
}

export function keep(name: string, value: string, shelf: Shelf): void {
  const [tab, device] = shelves();
  (shelf === 'tab' ? tab : device)?.setItem(`latchkey.${name}`, value);
}

/** Forget this, or everything whose name begins so. */
export function forget(prefix: string): void {
  for (const shelf of shelves()) {
    for (const name of Object.keys(shelf)) {
      if (name.startsWith(`latchkey.${prefix}`)) shelf.removeItem(name);
    }
  }
}

/** A text that nobody else has: the Idempotency-Key of one intention. */
export function freshKey(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, byte => byte.toString(16).padStart(2, '0')).join('');
}

/** What stands behind the question mark of the address. */
export function query(): URLSearchParams {
  return new URLSearchParams(location.search);
}

/** A browser may forbid storage: then everything lasts as long as the page. */
function shelves(): readonly Storage[] {
  try {
    return [sessionStorage, localStorage];
  } catch {
    return [];
  }
}
