import {createHash} from 'node:crypto';

/** Version 00, or what a later one keeps of it. */
const SHAPE = /^(?!ff)[0-9a-f]{2}-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})(?:$|-)/;

/**
 * The `traceparent` under which this request goes on: the trace of `header` when it is one, else a new one.
 * The span is this request's own, made from its id. @see W3C Trace Context 3.2
 */
export function traceOf(header: string | undefined, requestId: string): string {
  const own = createHash('sha256').update(requestId).digest('hex');
  const [, trace = '', parent = '', flags = '00'] = SHAPE.exec(header ?? '') ?? [];
  const isGood = /[1-9a-f]/.test(trace) && /[1-9a-f]/.test(parent);
  const span = own.slice(32, 48);
  return isGood ? `00-${trace}-${span}-${flags}` : `00-${own.slice(0, 32)}-${span}-00`;
}
