/** The middle value; the mean of the two middle ones where there is no single one. */
export function median(values: readonly number[]): number {
  return quantile(values, 0.5)
}

/** The bounds of the middle half of the values: first and third quartile. */
export function quartiles(values: readonly number[]): [low: number, high: number] {
  return [quantile(values, 0.25), quantile(values, 0.75)]
}

/**
 * The value below which a part of all values lies, interpolated linearly between neighbours.
 *
 * @param part - 0 to 1
 * @throws RangeError without any value
 */
export function quantile(values: readonly number[], part: number): number {
  if (values.length === 0) throw new RangeError('a quantile needs at least one value')
  const sorted = values.toSorted((a, b) => a - b)
  const position = (sorted.length - 1) * part
  const below = sorted[Math.floor(position)]!
  const above = sorted[Math.ceil(position)]!
  return below + (above - below) * (position - Math.floor(position))
}
