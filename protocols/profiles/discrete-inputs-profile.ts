/**
 * A board of dry-contact inputs (loop, radar and geomagnetic detectors with relay): FC02 from input 0.
 * @see devices.md 3.5 (Waveshare IO 8CH: DI at 0-7) and 6.1
 */
const DISCRETE_INPUTS_PROFILE = {name: 'reference', firstInput: 0, maxInputs: 64} as const;

/**
 * The FC02 that reads all inputs up to the highest in use (0-based); undefined when none is in use or
 * one is beyond the board's 64. @see devices.md 3.5
 */
export function discreteInputsRead(
  inputsInUse: readonly number[],
): {readonly address: number; readonly quantity: number} | undefined {
  const {firstInput, maxInputs} = DISCRETE_INPUTS_PROFILE;
  const quantity = Math.max(-1, ...inputsInUse) + 1;
  if (quantity < 1 || quantity > maxInputs) return undefined;
  return {address: firstInput, quantity};
}
