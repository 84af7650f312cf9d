/*
 * All that the board takes of time and storage from the browser. `nowMs` counts since the page was opened; what a
 * time of day is, the gateway says.
 */

export function nowMs() {
  return performance.now();
}

/** Gives what takes it back. */
export function after(ms, work) {
  const timer = setTimeout(work, ms);
  return () => clearTimeout(timer);
}

/** Gives what stops it. */
export function every(ms, work) {
  const timer = setInterval(work, ms);
  return () => clearInterval(timer);
}

export function kept(name) {
  try {
    return localStorage.getItem(`latchkey.${name}`) ?? undefined;
  } catch {
    return undefined;
  }
}

/** A browser that keeps nothing asks again after a reload. */
export function keep(name, value) {
  try {
    localStorage.setItem(`latchkey.${name}`, value);
  } catch {
    // Storage is forbidden or full: all else goes on.
  }
}
