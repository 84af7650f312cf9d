/** Paths below `/v1` that are asked without a key. Whoever adds one checks himself who asks. */
const OPEN: readonly RegExp[] = [
  /^\/v1\/sessions(?:\/redeem)?$/,
  /^\/v1\/enroll$/,
  /^\/v1\/public\//,
  /^\/v1\/payments\/callbacks\/[^/]+$/,
];

export function isOpenPath(path: string): boolean {
  return OPEN.some(pattern => pattern.test(path));
}
